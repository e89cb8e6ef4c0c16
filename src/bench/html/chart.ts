/** Charts as data: all that the page's script needs to draw them, all texts and places included. */
import type { Case } from "../report.ts";

/** A labelled place on an axis. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** From where to where an axis goes, in the numbers of the points; it is always linear. */
export interface Axis {
  /** What is on it, and the unit. */
  readonly title: string;
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly Tick[];
}

/** How a subject is drawn, the same in all charts. */
export interface Look {
  /** Which colour and shape, from 0 on. */
  readonly index: number;
  readonly dashed: boolean;
}

/** A line for each subject. */
export interface LineChart {
  readonly kind: "lines";
  readonly x: Axis;
  readonly y: Axis;
  /** Where the points are on the x axis, and what the places are called. */
  readonly places: readonly Tick[];
  /** Numbers of the places at which a line has a mark. */
  readonly marks: readonly number[];
  readonly lines: readonly {
    readonly name: string;
    readonly look: Look;
    /** On the y axis, for each place. */
    readonly points: readonly (number | null)[];
    /** The figures in words, for each place. */
    readonly texts: readonly string[];
    /** The outermost, for each place; empty where they are not shown. */
    readonly band: readonly (readonly [min: number, max: number] | null)[];
  }[];
}

/** A bar for each subject, of one part or two. */
export interface BarChart {
  readonly kind: "bars";
  readonly x: Axis;
  readonly rows: readonly {
    readonly name: string;
    readonly look: Look;
    /** What is written behind the bar. */
    readonly label: string;
    /** The outermost. */
    readonly band: readonly [min: number, max: number] | null;
  }[];
  /** From the inside to the outside; each begins where the one before it ends. */
  readonly parts: readonly {
    readonly name: string;
    /** Where the part ends on the x axis, for each row. */
    readonly ends: readonly (number | null)[];
    readonly texts: readonly string[];
  }[];
}

/** One picture of a figure. */
export interface View {
  /** The number of connections; empty when the figure has no other view. */
  readonly choice: string;
  readonly chart: LineChart | BarChart;
  /** Subjects that it does not show. */
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

/** The looks of all subjects, by name. */
export function looksOf(cases: readonly Case[]): ReadonlyMap<string, Look> {
  const kinds = new Map(cases.map(({ subject }) => [subject.name, subject.kind]));
  return new Map(
    [...kinds].map(([name, kind], index) => [name, { index, dashed: kind === "peer" }]),
  );
}

/** An axis from zero to at least `max`, with up to six ticks at round numbers. */
export function linearAxis(title: string, max: number): Axis {
  const step = roundStep(max / 5);
  const count = Math.max(1, Math.ceil(max / step - 0.2));
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  const format = new Intl.NumberFormat("en", { maximumFractionDigits: decimals });
  const ticks = Array.from({ length: count + 1 }, (_, i) => i * step)
    .map((at) => ({ at, label: format.format(at) }));
  return { title, min: 0, max: Math.max(max, count * step), ticks };
}

/** The axis of logarithms to base 10, with ticks at 1, 2 and 5 or, over many decades, at 1 only. */
export function logarithmicAxis(title: string, least: number, most: number): Axis {
  const [min, max] = [Math.log10(least) - 0.08, Math.log10(most) + 0.08];
  const digits = max - min > 3 ? [1] : max - min > 1.8 ? [1, 3] : [1, 2, 5];
  const format = new Intl.NumberFormat("en", { maximumSignificantDigits: 1 });
  const ticks: Tick[] = [];
  for (let exponent = Math.floor(min); exponent <= max; exponent++) {
    for (const digit of digits) {
      const at = exponent + Math.log10(digit);
      if (at >= min && at <= max) ticks.push({ at, label: format.format(10 ** at) });
    }
  }
  return { title, min, max, ticks };
}

/** The least of 1, 2 and 5 times a power of ten that is not below. */
function roundStep(least: number): number {
  if (!(least > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((one) => one * power >= least * 0.999) ?? 10;
  return factor * power;
}
