/** Figures of the page with a bar for each subject. */
import { cellUnit, formatCell, formatFigure, NO_FIGURE } from "../figures.ts";
import type { Case, MetricName, Spread } from "../report.ts";
import { byConnections } from "../summary.ts";
import { type BarChart, type Figure, linearAxis, type Look, type View } from "./chart.ts";

/** What the bars of a figure are. */
export interface Bars {
  readonly id: string;
  readonly title: string;
  readonly help: string;
  /** What is on the axis, and the unit. */
  readonly axis: string;
  /** The parts of a bar, from the inside to the outside. */
  readonly parts: readonly { readonly name: string; readonly metric: MetricName }[];
  /** Whether each part begins where the one before it ends, and not at zero. */
  readonly stacked?: boolean;
  /** What is one on the axis. */
  readonly scale: number;
  /** What is written behind a bar. */
  readonly label: (spreads: readonly (Spread | null)[]) => string;
  /** Whether to show the outermost of the first part. */
  readonly band?: boolean;
}

const MB = 1024 ** 2;

/** User and system time; null where neither is known. */
export function cpuFigure(
  cases: readonly Case[],
  looks: ReadonlyMap<string, Look>,
): Figure | null {
  return barFigure(cases, looks, {
    id: "cpu",
    title: "CPU time of a request",
    help: "What a request costs the processors; shorter is better. The solid part is the " +
      "server's own code, the hatched part the system's work for it.",
    axis: "Microseconds a request",
    parts: [{ name: "own code", metric: "user_us" }, { name: "system", metric: "system_us" }],
    stacked: true,
    scale: 1,
    label: (spreads) => joined(["user_us", "system_us"], spreads, " + "),
  });
}

/** Memory at rest and at most; null where neither is known. */
export function memoryFigure(
  cases: readonly Case[],
  looks: ReadonlyMap<string, Look>,
): Figure | null {
  return barFigure(cases, looks, {
    id: "memory",
    title: "Memory",
    help: "Memory of the server and all its processes; shorter is better. The solid part is at " +
      "rest, before the first client; the hatched part is what came to it under load.",
    axis: "MB",
    parts: [{ name: "at rest", metric: "rest_bytes" }, { name: "at most", metric: "peak_bytes" }],
    scale: MB,
    label: (spreads) => joined(["rest_bytes", "peak_bytes"], spreads, " to "),
  });
}

/** A figure with a view for each number of connections; null where no figure is known. */
export function barFigure(
  cases: readonly Case[],
  looks: ReadonlyMap<string, Look>,
  bars: Bars,
): Figure | null {
  const groups = byConnections(cases);
  const views = groups.flatMap(({ connections, cases }): View[] => {
    const all = cases.flatMap(({ subject: { name }, summary }) => {
      const look = looks.get(name);
      const spreads = bars.parts.map(({ metric }) => summary[metric]);
      return look === undefined ? [] : [{ name, look, spreads }];
    });
    const isKnown = ({ spreads }: { spreads: readonly unknown[] }) =>
      spreads.some((spread) => spread !== null);
    const shown = all.filter(isKnown);
    if (shown.length === 0) return [];
    const ends = shown.map(({ spreads }) => endsOf(spreads, bars));
    const bands = shown.map(({ spreads: [first] }) =>
      bars.band === true && first ? [first.min / bars.scale, first.max / bars.scale] as const : null
    );
    const outermost = [...ends.flat(), ...bands.map((band) => band?.[1] ?? 0)];
    const chart: BarChart = {
      kind: "bars",
      x: linearAxis(bars.axis, Math.max(...outermost.map((end) => end ?? 0))),
      rows: shown.map(({ name, look, spreads }, row) => ({
        name,
        look,
        label: bars.label(spreads),
        band: bands[row] ?? null,
      })),
      parts: bars.parts.map(({ name, metric }, part) => ({
        name,
        ends: ends.map((row) => row[part] ?? null),
        texts: shown.map(({ spreads }) => {
          const spread = spreads[part] ?? null;
          return spread === null ? NO_FIGURE : formatFigure(metric, spread.median);
        }),
      })),
    };
    const absent = all.filter((one) => !isKnown(one)).map(({ name }) => name);
    return [{ choice: groups.length > 1 ? `${connections}` : "", chart, absent }];
  });
  const { id, title, help } = bars;
  return views.length === 0 ? null : { id, title, help, views };
}

/** Where each part ends. */
function endsOf(spreads: readonly (Spread | null)[], { stacked, scale }: Bars): (number | null)[] {
  let start = 0;
  return spreads.map((spread) => {
    if (spread === null) return null;
    const end = start + spread.median / scale;
    if (stacked === true) start = end;
    return end;
  });
}

/** Figures of one unit, such as `9.1 + 4.2 us`. */
function joined(
  metrics: readonly MetricName[],
  spreads: readonly (Spread | null)[],
  between: string,
): string {
  const texts = metrics.map((metric, part) => {
    const spread = spreads[part] ?? null;
    return spread === null ? NO_FIGURE : formatCell(metric, spread.median);
  });
  const [metric = "rate"] = metrics;
  return `${texts.join(between)} ${cellUnit(metric)}`;
}
