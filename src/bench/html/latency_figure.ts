/** The distribution of latency. */
import { formatFigure } from "../figures.ts";
import { type Case, PERCENTILES } from "../report.ts";
import { spreadOf } from "../summary.ts";
import { logarithmicAxis } from "./axes.ts";
import { type Axis, type Figure, type LineChart, type Looks, type Tick, viewsOf } from "./chart.ts";

/** Where the slowest request is drawn: the scale has no place for 100%. */
const END = 6;

/** The percentiles with a label. */
const LABELLED = [50, 90, 99, 99.9, 99.99, 99.999, 100];

const PLACES: readonly Tick[] = PERCENTILES.map((percentile) => ({
  // Each further nine is one unit to the right.
  at: percentile === 100 ? END : -Math.log10(1 - percentile / 100),
  label: percentile === 100 ? "slowest" : `${percentile}%`,
}));

const MARKS = LABELLED.map((one) => PERCENTILES.findIndex((percentile) => percentile === one));

const SHARES: Axis = {
  title: "Share of requests that were not slower",
  min: 0,
  max: END,
  ticks: MARKS.flatMap((place) => PLACES[place] ?? []),
};

/** Makes the figure, with a view for each number of connections. */
export function latencyFigure(cases: readonly Case[], looks: Looks): Figure {
  return {
    id: "latency",
    title: "Latency",
    help:
      "How long requests took. The further right, the rarer: at 99%, one request in a hundred " +
      "took longer. The lower a line the better, and the longer it stays flat the steadier the " +
      "server. Each line is the median of the runs.",
    views: viewsOf(
      cases,
      (one) => medianCurve(one).some((latency) => latency > 0),
      (known) => chartOf(known, looks),
    ),
  };
}

function chartOf(cases: readonly Case[], looks: Looks): LineChart {
  const latencies = cases.flatMap(medianCurve).filter((latency) => latency > 0);
  const lines = cases.map((one) => {
    const curve = medianCurve(one);
    return {
      name: one.subject.name,
      look: looks(one),
      points: curve.map((latency) => latency > 0 ? Math.log10(latency) : null),
      texts: curve.map((latency) => formatFigure("max_ms", latency)),
      band: [],
    };
  });
  const title = "Latency in milliseconds, logarithmic";
  const y = logarithmicAxis(title, Math.min(...latencies), Math.max(...latencies));
  return { kind: "lines", x: SHARES, y, places: PLACES, marks: MARKS, lines };
}

/** The median over the runs at each percentile; empty if no run has a curve. */
function medianCurve({ runs }: Case): readonly number[] {
  const curves = runs.map(({ curve }) => curve).filter((curve) => curve.length > 0);
  if (curves.length === 0) return [];
  return PERCENTILES.map((_, i) =>
    spreadOf(curves.map((curve) => curve[i] ?? null))?.median ?? Number.NaN
  );
}
