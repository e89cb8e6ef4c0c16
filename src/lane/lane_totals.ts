import { addCounts, countsOf, GONE, type LaneCounts, maxCounts, NO_COUNTS } from "./counts.ts";
import { addMeasures, NO_MEASURES } from "./measures.ts";
import { makeRefusals, type Refusals, refusalsOf } from "./refusals.ts";
import type { Row } from "./row.ts";

/** All that a lane has counted, or several: plain data. */
export interface LaneTotals extends LaneCounts {
  /** Connections that ended without a byte in either direction. */
  readonly silent: number;
  readonly refused_by: Refusals;
  /** The values of {@linkcode Measures}. */
  readonly measures: readonly number[];
}

/** The totals of no lane. */
export const NO_TOTALS: LaneTotals = {
  ...NO_COUNTS,
  silent: 0,
  refused_by: makeRefusals(() => 0),
  measures: NO_MEASURES,
};

/** Reads the totals of a row. */
export function totalsOf(row: Row): LaneTotals {
  return {
    ...countsOf(row),
    silent: row.get("silent"),
    refused_by: refusalsOf(row),
    measures: row.measures.values(),
  };
}

/** Adds totals. */
export function addTotals(a: LaneTotals, b: LaneTotals): LaneTotals {
  return {
    ...addCounts(a, b),
    silent: a.silent + b.silent,
    refused_by: makeRefusals((reason) => a.refused_by[reason] + b.refused_by[reason]),
    measures: addMeasures(a.measures, b.measures),
  };
}

/** The same totals without what a lane that is gone holds no more. */
export function withoutGauges(totals: LaneTotals): LaneTotals {
  return { ...totals, ...GONE };
}

/**
 * Totals that are nowhere less than earlier ones, except for the gauges: a reading may miss a
 * lane that ends meanwhile, but what was counted stays counted.
 */
export function notBelow(totals: LaneTotals, earlier: LaneTotals): LaneTotals {
  const counts = maxCounts(totals, earlier);
  const { open, resources, leased } = totals;
  return {
    ...counts,
    ...{ open, resources, leased },
    silent: Math.max(totals.silent, earlier.silent),
    refused_by: makeRefusals((reason) =>
      Math.max(totals.refused_by[reason], earlier.refused_by[reason])
    ),
    measures: totals.measures.map((value, i) => Math.max(value, earlier.measures[i] ?? 0)),
  };
}
