/** Charts as data: everything that the page's script needs to draw them, with all texts. */
import type { Case } from "../report.ts";
import { byConnections } from "../summary.ts";

/** A labelled position on an axis. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** An axis in the coordinates of the points; it is always linear. */
export interface Axis {
  /** With the unit. */
  readonly title: string;
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly Tick[];
}

/** How a subject is drawn, the same in all charts. */
export interface Look {
  /** Selects the colour and the shape, from 0 on. */
  readonly index: number;
  readonly dashed: boolean;
}

/** The looks of all subjects. */
export type Looks = (one: Case) => Look;

/** The extremes of a figure; null if it is not known. */
export type Band = readonly [min: number, max: number] | null;

/** A line for each subject. */
export interface LineChart {
  readonly kind: "lines";
  readonly x: Axis;
  readonly y: Axis;
  /** The x coordinates of all points, and their names. */
  readonly places: readonly Tick[];
  /** The indexes of the places at which lines have a mark. */
  readonly marks: readonly number[];
  readonly lines: readonly {
    readonly name: string;
    readonly look: Look;
    /** The y coordinate at each place. */
    readonly points: readonly (number | null)[];
    /** The figure at each place. */
    readonly texts: readonly string[];
    /** The extremes at each place; empty if they are not shown. */
    readonly band: readonly Band[];
  }[];
}

/** A bar of one or two parts for each subject. */
export interface BarChart {
  readonly kind: "bars";
  readonly x: Axis;
  readonly rows: readonly {
    readonly name: string;
    readonly look: Look;
    /** The text behind the bar. */
    readonly label: string;
    readonly band: Band;
  }[];
  /** From the inside to the outside; each part begins at the end of the one before. */
  readonly parts: readonly {
    readonly name: string;
    /** The x coordinate of the end in each row. */
    readonly ends: readonly (number | null)[];
    readonly texts: readonly string[];
  }[];
}

/** One chart of a figure. */
export interface View {
  /** The number of connections; empty if the figure has no other view. */
  readonly choice: string;
  readonly chart: LineChart | BarChart;
  /** The subjects that are not shown. */
  readonly absent: readonly string[];
}

/** A figure of the page. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** How to read it. */
  readonly help: string;
  readonly views: readonly View[];
}

/** Assigns looks to all subjects. */
export function looksOf(cases: readonly Case[]): Looks {
  const names = [...new Set(cases.map(({ subject }) => subject.name))];
  return ({ subject }) => ({
    index: names.indexOf(subject.name),
    dashed: subject.kind === "peer",
  });
}

/**
 * Makes a view for each number of connections.
 *
 * @param isKnown Whether a case can be shown; a view without such cases is left out.
 * @param chartOf Draws the cases that can be shown.
 */
export function viewsOf(
  cases: readonly Case[],
  isKnown: (one: Case) => boolean,
  chartOf: (known: readonly Case[]) => View["chart"],
): View[] {
  const groups = byConnections(cases);
  return groups.flatMap(({ connections, cases }): View[] => {
    const known = cases.filter(isKnown);
    if (known.length === 0) return [];
    const absent = cases.filter((one) => !isKnown(one)).map(({ subject }) => subject.name);
    return [{ choice: groups.length > 1 ? `${connections}` : "", chart: chartOf(known), absent }];
  });
}
