/** Statistics over the runs of a case, and what may be said of two cases by them. */
import {
  type Case,
  METRIC_NAMES,
  type MetricName,
  METRICS,
  type Run,
  type Spread,
} from "./report.ts";

/** How far medians have to be apart, as a share of the smaller, to be called different. */
const LEAST_DIFFERENCE = 0.03;

/** The same where a figure has no spread to judge by. */
const LEAST_DIFFERENCE_OF_POINTS = 0.05;

/** Which failed requests there were in the runs of a case. */
export interface ErrorKind {
  readonly kind: string;
  /** Over all runs; one without errors of the kind counts as 0. */
  readonly spread: Spread;
  /** How many runs have any. */
  readonly runs: number;
}

/** The median and the outermost of each metric over the runs that have the figure. */
export function summarize(runs: readonly Run[]): Case["summary"] {
  const entries = METRIC_NAMES.map((name) =>
    [name, spreadOf(runs.map(({ figures }) => figures[name]))] as const
  );
  return Object.fromEntries(entries) as Record<MetricName, Spread | null>;
}

/**
 * The median and the outermost; the median of an even count is the mean of the middle two.
 *
 * @param values What is null or no finite number is left out.
 * @returns Null when nothing is left.
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
 * Half of the distance between the outermost, as a share of the median.
 *
 * @returns Null when it has no meaning: with one value, or around a median of 0.
 */
export function relativeSpread({ median, min, max }: Spread): number | null {
  return min === max || median === 0 ? null : (max - min) / 2 / Math.abs(median);
}

/**
 * Whether two figures may be called different: their ranges do not overlap, and their medians are
 * at least 3% apart.
 *
 * Ranges alone would claim too much: by chance, three runs of a server and three more of the same
 * one do not overlap in one case of ten. But then they are close together, so no spread is taken to
 * be narrower than that; and a smaller difference decides nothing. A figure whose runs are all
 * alike, or that is of one run, has no range at all: then 5% are demanded, as two runs of the same
 * server can well be that far apart.
 */
export function differ(a: Spread, b: Spread): boolean {
  if (a.min <= b.max && b.min <= a.max) return false;
  const isPoint = a.min === a.max || b.min === b.max;
  const least = isPoint ? LEAST_DIFFERENCE_OF_POINTS : LEAST_DIFFERENCE;
  const smaller = Math.min(Math.abs(a.median), Math.abs(b.median));
  return Math.abs(a.median - b.median) >= least * smaller;
}

/**
 * Those with the best median and all that do not differ from it, the best first.
 *
 * @param spread Of one of them; those without one are left out.
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
 * The cases that are best in a metric among those with as many connections: the best median, and
 * all that do not differ from it. Where fewer than two have the figure, or all of those that have
 * it are alike, none is.
 */
export function best(cases: readonly Case[], metric: MetricName): ReadonlySet<Case> {
  const spread = ({ summary }: Case) => summary[metric];
  const found = byConnections(cases).flatMap(({ cases }) => {
    const first = ahead(cases, spread, METRICS[metric].better);
    return first.length < cases.filter((one) => spread(one) !== null).length ? first : [];
  });
  return new Set(found);
}

/** The cases by their number of connections, the smallest first; else in their order. */
export function byConnections(
  cases: readonly Case[],
): { readonly connections: number; readonly cases: readonly Case[] }[] {
  const counts = [...new Set(cases.map(({ connections }) => connections))];
  return counts.sort((a, b) => a - b).map((connections) => ({
    connections,
    cases: cases.filter((one) => one.connections === connections),
  }));
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

/**
 * Why figures of a case are withheld.
 *
 * @returns The reason in the first such run and how many runs there are; null without any.
 */
export function withheld(runs: readonly Run[]): { reason: string; runs: number } | null {
  const reasons = runs.flatMap(({ limited }) => limited ?? []);
  const [reason] = reasons;
  return reason === undefined ? null : { reason, runs: reasons.length };
}
