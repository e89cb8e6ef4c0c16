/** Requests a second, as a figure of the page: lines over connections, or bars with one count. */
import { formatFigure, NO_FIGURE } from "../figures.ts";
import type { Case, Spread } from "../report.ts";
import { byConnections } from "../summary.ts";
import { barFigure } from "./bar_figure.ts";
import { type Axis, type Figure, linearAxis, type LineChart, type Look } from "./chart.ts";

const TITLE = "Throughput";
const AXIS = "Requests answered in a second";

/** Room beside the first and the last point, as a share of all between them. */
const MARGIN = 0.06;

/** Null where no rate is known. */
export function throughputFigure(
  cases: readonly Case[],
  looks: ReadonlyMap<string, Look>,
): Figure | null {
  const groups = byConnections(cases);
  if (groups.length < 2) {
    return barFigure(cases, looks, {
      id: "throughput",
      title: TITLE,
      axis: AXIS,
      help: "Requests answered in a second; longer is better. A bar is the median of the runs, " +
        "and the thin line on it goes from the slowest run to the fastest.",
      parts: [{ name: "requests", metric: "rate" }],
      scale: 1,
      label: ([rate]) => formatFigure("rate", rate?.median ?? 0),
      band: true,
    });
  }
  const counts = groups.map(({ connections }) => connections);
  const lines: LineChart["lines"][number][] = [];
  const absent: string[] = [];
  let highest = 0;
  for (const [name, look] of looks) {
    const rates = groups.map(({ cases }): Spread | null =>
      cases.find(({ subject }) => subject.name === name)?.summary.rate ?? null
    );
    if (rates.every((rate) => rate === null)) absent.push(name);
    else {
      highest = Math.max(highest, ...rates.map((rate) => rate?.max ?? 0));
      lines.push({
        name,
        look,
        points: rates.map((rate) => rate?.median ?? null),
        texts: rates.map((rate) => rate === null ? NO_FIGURE : formatFigure("rate", rate.median)),
        band: rates.map((rate) => rate === null ? null : [rate.min, rate.max]),
      });
    }
  }
  if (lines.length === 0) return null;
  const chart: LineChart = {
    kind: "lines",
    x: connectionsAxis(counts),
    y: linearAxis(AXIS, highest),
    places: counts.map((count) => ({ at: Math.log2(count), label: `${count} connections` })),
    marks: counts.map((_, place) => place),
    lines,
  };
  return {
    id: "throughput",
    title: TITLE,
    help: "Requests answered in a second, by the number of connections; higher is better. A line " +
      "goes through the medians of the runs, and the pale band around it goes from the slowest " +
      "run to the fastest.",
    views: [{ choice: "", chart, absent }],
  };
}

/** Twice the connections are always the same step to the right. */
function connectionsAxis(counts: readonly number[]): Axis {
  const [first, last] = [Math.log2(counts[0] ?? 1), Math.log2(counts.at(-1) ?? 1)];
  const margin = (last - first) * MARGIN;
  return {
    title: "Connections",
    min: first - margin,
    max: last + margin,
    ticks: counts.map((count) => ({ at: Math.log2(count), label: count.toLocaleString("en") })),
  };
}
