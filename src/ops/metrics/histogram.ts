import type { DurationCounts } from "../status/status.ts";
import type { Labels, Sample } from "./metric.ts";

/**
 * The samples of a histogram: Prometheus wants the counts of all shorter durations in each bucket.
 *
 * @param bounds The upper bounds of the buckets in seconds, without the last one, which has none.
 */
export function histogramSamples(
  bounds: readonly number[],
  { counts, sum_s }: DurationCounts,
): readonly Sample[] {
  let total = 0;
  const bucket = (le: string, count: number): Sample => {
    total += count;
    return sample("_bucket", total, { le });
  };
  const buckets = bounds.map((bound, i) => bucket(String(bound), counts[i] ?? 0));
  const last = bucket("+Inf", counts[bounds.length] ?? 0);
  return [...buckets, last, sample("_sum", sum_s), sample("_count", total)];
}

function sample(suffix: Sample["suffix"], value: number, labels: Labels = {}): Sample {
  return { labels, value, suffix };
}
