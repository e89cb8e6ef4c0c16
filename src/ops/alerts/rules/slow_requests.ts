import { DURATION_BOUNDS } from "../../../lane/durations.ts";
import { formatDuration } from "../../../settings/units.ts";
import type { DurationCounts } from "../../status/status.ts";
import type { Rule } from "../rule.ts";

const KEY = "slow_requests";
const FEWEST = 100;
const QUANTILE = 0.99;
const RELAXED = 0.8;

/** Requests that take too long. */
export const slowRequests: Rule = {
  name: KEY,
  resolved: "Requests are as fast as they should be",
  find(readings, { p99: bound, holdFor }, wasFound) {
    if (bound === null || !readings.reach(holdFor)) return [];
    const p99 = quantileMs(
      readings.ago(holdFor).totals.durations,
      readings.now.totals.durations,
    );
    if (p99 === null || p99 <= bound * (wasFound(KEY) ? RELAXED : 1)) return [];
    return [{
      key: KEY,
      severity: "warning",
      summary: `One of a hundred requests takes longer than ${formatDuration(Math.round(p99))}, ` +
        `above the bound of ${formatDuration(bound)}`,
      labels: {},
    }];
  },
};

/** The percentile of what came between, in milliseconds, within its bucket; null if unknown. */
function quantileMs(before: DurationCounts | null, now: DurationCounts | null): number | null {
  if (now === null) return null;
  const counts = now.counts.map((count, i) => count - (before?.counts[i] ?? 0));
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all < FEWEST) return null;
  let rest = all * QUANTILE;
  for (const [i, count] of counts.entries()) {
    if (count < rest) {
      rest -= count;
      continue;
    }
    const from = DURATION_BOUNDS[i - 1] ?? 0;
    const to = DURATION_BOUNDS[i] ?? from;
    return (from + (to - from) * rest / count) * 1000;
  }
  return null;
}
