/** Requests per second: lines over the numbers of connections, or bars if there is one number. */
import { formatFigure } from "../figures.ts";
import type { Case } from "../report.ts";
import { byConnections } from "../summary.ts";
import { linearAxis } from "./axes.ts";
import { barFigure } from "./bar_figure.ts";
import type { Axis, Figure, LineChart, Looks } from "./chart.ts";

const TITLE = "Throughput";
const AXIS = "Requests answered per second";

/** The space beside the first and the last point, as a share of the distance between them. */
const MARGIN = 0.06;

/** Makes the figure, with one view if there are several numbers of connections. */
export function throughputFigure(cases: readonly Case[], looks: Looks): Figure {
  const counts = byConnections(cases).map(({ connections }) => connections);
  if (counts.length < 2) {
    return barFigure(cases, looks, {
      id: "throughput",
      title: TITLE,
      axis: AXIS,
      help:
        "Requests answered per second; longer is better. A bar is the median of the runs, and " +
        "the thin line on it goes from the slowest run to the fastest.",
      parts: [{ name: "requests", metric: "rate" }],
      scale: 1,
    });
  }
  const known = cases.filter(({ summary }) => summary.rate !== null);
  const names = new Set(known.map(({ subject }) => subject.name));
  const absent = new Set(cases.map(({ subject }) => subject.name)).difference(names);
  return {
    id: "throughput",
    title: TITLE,
    help: "Requests answered per second, by the number of connections; higher is better. A line " +
      "goes through the medians of the runs, and the pale band around it from the slowest run to " +
      "the fastest.",
    views: known.length === 0
      ? []
      : [{ choice: "", chart: chartOf(known, counts, looks), absent: [...absent] }],
  };
}

function chartOf(cases: readonly Case[], counts: readonly number[], looks: Looks): LineChart {
  const series = Map.groupBy(cases, ({ subject }) => subject.name).values().toArray();
  const lines = series.flatMap((own) => {
    const rates = counts.map((count) =>
      own.find(({ connections }) => connections === count)?.summary.rate ?? null
    );
    return own.slice(0, 1).map((one) => ({
      name: one.subject.name,
      look: looks(one),
      points: rates.map((rate) => rate?.median ?? null),
      texts: rates.map((rate) => formatFigure("rate", rate?.median ?? NaN)),
      band: rates.map((rate) => rate === null ? null : [rate.min, rate.max] as const),
    }));
  });
  return {
    kind: "lines",
    x: connectionsAxis(counts),
    y: linearAxis(AXIS, Math.max(...cases.map(({ summary }) => summary.rate?.max ?? 0))),
    places: counts.map((count) => ({ at: Math.log2(count), label: `${count} connections` })),
    marks: counts.map((_, place) => place),
    lines,
  };
}

/** An axis on which each doubling is the same step. */
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
