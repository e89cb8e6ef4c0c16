/** Figures with a bar for each subject. */
import { cellUnit, formatCell, formatFigure } from "../figures.ts";
import type { Case, MetricName } from "../report.ts";
import { linearAxis } from "./axes.ts";
import { type Band, type BarChart, type Figure, type Looks, viewsOf } from "./chart.ts";

/** What the bars show; the extremes too, if they have one part. */
export interface Bars extends Omit<Figure, "views"> {
  /** The title of the axis, with the unit. */
  readonly axis: string;
  /** The parts of a bar, from the inside to the outside. */
  readonly parts: readonly { readonly name: string; readonly metric: MetricName }[];
  /** Whether each part begins at the end of the one before, instead of at zero. */
  readonly stacked?: boolean;
  /** The unit of the axis in that of the metrics. */
  readonly scale: number;
  /** What is written between the figures of the parts. */
  readonly between?: string;
}

const MB = 1024 ** 2;

/** User and system time. */
export function cpuFigure(cases: readonly Case[], looks: Looks): Figure {
  return barFigure(cases, looks, {
    id: "cpu",
    title: "CPU time per request",
    help: "What a request costs the processors; shorter is better. The solid part is the " +
      "server's own code, the hatched part the system's work for it.",
    axis: "Microseconds per request",
    parts: [{ name: "own code", metric: "user_us" }, { name: "system", metric: "system_us" }],
    stacked: true,
    scale: 1,
    between: " + ",
  });
}

/** Memory at rest and under load. */
export function memoryFigure(cases: readonly Case[], looks: Looks): Figure {
  return barFigure(cases, looks, {
    id: "memory",
    title: "Memory",
    help: "Memory of the server and all its processes; shorter is better. The solid part is at " +
      "rest, before the first client; the hatched part is what the load added.",
    axis: "MB",
    parts: [{ name: "at rest", metric: "rest_bytes" }, { name: "at most", metric: "peak_bytes" }],
    scale: MB,
    between: " to ",
  });
}

/** A figure with a view for each number of connections. */
export function barFigure(cases: readonly Case[], looks: Looks, bars: Bars): Figure {
  const { id, title, help, parts } = bars;
  const isKnown = ({ summary }: Case) => parts.some(({ metric }) => summary[metric] !== null);
  const views = viewsOf(cases, isKnown, (known) => chartOf(known, looks, bars));
  return { id, title, help, views };
}

function chartOf(cases: readonly Case[], looks: Looks, bars: Bars): BarChart {
  const ends = cases.map((one) => endsOf(one, bars));
  const bands = cases.map((one) => bandOf(one, bars));
  const outermost = [...ends.flat(), ...bands.map((band) => band?.[1] ?? null)];
  return {
    kind: "bars",
    x: linearAxis(bars.axis, Math.max(...outermost.map((end) => end ?? 0))),
    rows: cases.map((one, row) => ({
      name: one.subject.name,
      look: looks(one),
      label: labelOf(one, bars),
      band: bands[row] ?? null,
    })),
    parts: bars.parts.map(({ name, metric }, part) => ({
      name,
      ends: ends.map((row) => row[part] ?? null),
      texts: cases.map(({ summary }) => formatFigure(metric, summary[metric]?.median ?? NaN)),
    })),
  };
}

/** Where each part ends. */
function endsOf({ summary }: Case, { parts, stacked, scale }: Bars): (number | null)[] {
  let start = 0;
  return parts.map(({ metric }) => {
    const spread = summary[metric];
    if (spread === null) return null;
    const end = start + spread.median / scale;
    if (stacked === true) start = end;
    return end;
  });
}

function bandOf({ summary }: Case, { parts: [part, ...others], scale }: Bars): Band {
  const spread = part === undefined || others.length > 0 ? null : summary[part.metric];
  return spread === null ? null : [spread.min / scale, spread.max / scale];
}

/** The figures of all parts, such as `9.1 + 4.2 us`. */
function labelOf({ summary }: Case, { parts, between }: Bars): string {
  const figures = parts.map(({ metric }) => ({ metric, value: summary[metric]?.median ?? NaN }));
  const [first] = figures;
  if (first === undefined) return "";
  if (between === undefined) return formatFigure(first.metric, first.value);
  const texts = figures.map(({ metric, value }) => formatCell(metric, value));
  return `${texts.join(between)} ${cellUnit(first.metric)}`;
}
