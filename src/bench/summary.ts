/** Statistics over the runs of a case, and what they say about two cases. */
import {
  type Case,
  METRIC_NAMES,
  type MetricName,
  METRICS,
  type Run,
  type Spread,
} from "./report.ts";

/** The least difference of medians, as a share of the smaller one. */
const LEAST_DIFFERENCE = 0.03;

/** The same if a figure has no range. */
const LEAST_DIFFERENCE_OF_POINTS = 0.05;

/** A kind of failed requests in the runs of a case. */
export interface ErrorKind {
  readonly kind: string;
  /** Over all runs; those without such errors count as 0. */
  readonly spread: Spread;
  /** The number of runs with such errors. */
  readonly runs: number;
}

/** The spread of each metric over the runs that have the figure. */
export function summarize(runs: readonly Run[]): Case["summary"] {
  const entries = METRIC_NAMES.map((name) =>
    [name, spreadOf(runs.map(({ figures }) => figures[name]))] as const
  );
  return Object.fromEntries(entries) as Record<MetricName, Spread | null>;
}

/**
 * The median and the extremes; the median of an even count is the mean of the middle two.
 *
 * @param values Those that are null or not finite are ignored.
 * @returns Null if no value is left.
 */
export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const sorted = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  sorted.sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  const low = sorted[Math.ceil(sorted.length / 2) - 1] ?? min;
  const high = sorted[Math.floor(sorted.length / 2)] ?? max;
  return { median: low + (high - low) / 2, min, max };
}

/**
 * Half of the range as a share of the median.
 *
 * @returns Null if that is meaningless: with one value, or a median of 0.
 */
export function relativeSpread({ median, min, max }: Spread): number | null {
  return min === max || median === 0 ? null : (max - min) / 2 / Math.abs(median);
}

/**
 * Whether two figures differ: their ranges do not overlap, and their medians are at least 3% apart.
 *
 * Ranges alone would claim too much: three runs of a server and three more of the same one do not
 * overlap in one case of ten. These are close together, so smaller differences are ignored. Figures
 * of one run, or of runs that are all alike, have no range; two such figures of the same server can
 * well be 5% apart.
 */
export function differ(a: Spread, b: Spread): boolean {
  if (a.min <= b.max && b.min <= a.max) return false;
  const isPoint = a.min === a.max || b.min === b.max;
  const least = isPoint ? LEAST_DIFFERENCE_OF_POINTS : LEAST_DIFFERENCE;
  const smaller = Math.min(Math.abs(a.median), Math.abs(b.median));
  return Math.abs(a.median - b.median) >= least * smaller;
}

/**
 * The item with the best median and all that do not differ from it, the best first.
 *
 * @param spread The figure of an item; items without one are left out.
 */
export function ahead<T>(
  all: readonly T[],
  spread: (one: T) => Spread | null,
  better: "higher" | "lower",
): T[] {
  const known = all.flatMap((one) => {
    const found = spread(one);
    return found === null ? [] : [{ one, found }];
  });
  const sign = better === "higher" ? -1 : 1;
  known.sort((a, b) => sign * (a.found.median - b.found.median));
  const [first] = known;
  if (first === undefined) return [];
  return known.filter(({ found }) => !differ(first.found, found)).map(({ one }) => one);
}

/**
 * For each number of connections, the cases that are {@linkcode ahead} in a metric; none if fewer
 * than two have the figure, or none differs from the best.
 */
export function best(cases: readonly Case[], metric: MetricName): ReadonlySet<Case> {
  const spread = ({ summary }: Case) => summary[metric];
  const found = byConnections(cases).flatMap(({ cases }) => {
    const first = ahead(cases, spread, METRICS[metric].better);
    return first.length < cases.filter((one) => spread(one) !== null).length ? first : [];
  });
  return new Set(found);
}

/** Groups cases by their number of connections, the fewest first. */
export function byConnections(
  cases: readonly Case[],
): { readonly connections: number; readonly cases: readonly Case[] }[] {
  return Map.groupBy(cases, ({ connections }) => connections).entries()
    .map(([connections, cases]) => ({ connections, cases })).toArray()
    .sort((a, b) => a.connections - b.connections);
}

/** The kinds of errors in the runs of a case, the most frequent first. */
export function errorKinds(runs: readonly Run[]): ErrorKind[] {
  const kinds = [...new Set(runs.flatMap(({ errors }) => Object.keys(errors)))];
  return kinds.flatMap((kind) => {
    const counts = runs.map(({ errors }) => errors[kind] ?? 0);
    const spread = spreadOf(counts);
    const failed = counts.filter((count) => count > 0).length;
    return spread === null || failed === 0 ? [] : [{ kind, spread, runs: failed }];
  }).sort((a, b) => b.spread.median - a.spread.median || b.spread.max - a.spread.max);
}

/** Whether a figure is missing because the load generator was the limit. */
export function isWithheld({ runs, summary }: Case, metric: MetricName): boolean {
  const isOfLoad = ["/s", "bytes/s", "ms"].includes(METRICS[metric].unit);
  return isOfLoad && summary[metric] === null && withheld(runs) !== null;
}

/** The reason of the first run whose figures are withheld, and the number of such runs. */
export function withheld(runs: readonly Run[]): { reason: string; runs: number } | null {
  const reasons = runs.flatMap(({ limited }) => limited ?? []);
  const [reason] = reasons;
  return reason === undefined ? null : { reason, runs: reasons.length };
}
