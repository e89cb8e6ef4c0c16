/** The distribution of latency, as a figure of the page. */
import { formatFigure } from "../figures.ts";
import { type Case, PERCENTILES } from "../report.ts";
import { byConnections, spreadOf } from "../summary.ts";
import { type Axis, type Figure, logarithmicAxis, type Look, type Tick } from "./chart.ts";

/** Where the slowest request is: its share is the whole, which has no place on the scale. */
const END = 6;

/** The percentiles that have a label. */
const LABELLED = [50, 90, 99, 99.9, 99.99, 99.999, 100];

const PLACES: readonly Tick[] = PERCENTILES.map((percentile) => ({
  // Each whole number is another nine.
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

/** Null where no latency is known. */
export function latencyFigure(
  cases: readonly Case[],
  looks: ReadonlyMap<string, Look>,
): Figure | null {
  const groups = byConnections(cases);
  const views = groups.flatMap(({ connections, cases }) => {
    const curves = cases.map((one) => ({ name: one.subject.name, curve: middleCurve(one) }));
    const shown = curves.filter(({ curve }) => curve.length > 0);
    const positive = shown.flatMap(({ curve }) => curve).filter((latency) => latency > 0);
    if (positive.length === 0) return [];
    const y = logarithmicAxis(
      "Latency in milliseconds, logarithmic",
      Math.min(...positive),
      Math.max(...positive),
    );
    const lines = shown.flatMap(({ name, curve }) => {
      const look = looks.get(name);
      return look === undefined ? [] : [{
        name,
        look,
        points: curve.map((latency) => latency > 0 ? Math.log10(latency) : null),
        texts: curve.map((latency) => formatFigure("max_ms", latency)),
        band: [],
      }];
    });
    const absent = curves.filter(({ curve }) => curve.length === 0).map(({ name }) => name);
    const chart = { kind: "lines", x: SHARES, y, places: PLACES, marks: MARKS, lines } as const;
    return [{ choice: groups.length > 1 ? `${connections}` : "", chart, absent }];
  });
  return views.length === 0 ? null : {
    id: "latency",
    title: "Latency",
    help: "How long requests took. The further right, the rarer: at 99% one request of a hundred " +
      "took longer. The lower a line the better, and the longer it stays flat the steadier the " +
      "server. Each line is the median of the runs.",
    views,
  };
}

/** The median over the runs at each percentile; empty where no run has a curve. */
function middleCurve({ runs }: Case): readonly number[] {
  const curves = runs.map(({ curve }) => curve).filter((curve) => curve.length > 0);
  if (curves.length === 0) return [];
  return PERCENTILES.map((_, i) =>
    spreadOf(curves.map((curve) => curve[i] ?? null))?.median ?? Number.NaN
  );
}
