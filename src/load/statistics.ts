import { build, type Histogram } from "hdr-histogram-js";
import type { Latency } from "./load.ts";

/** An hour, in microseconds: longer latencies count as that. */
const LONGEST = 3_600_000_000;
/** Significant digits of a latency. */
const DIGITS = 3;

/** Counts and latencies of the measured time. */
export class LoadStatistics {
  /** Responses that did not fail. */
  requests = 0;
  bytesIn = 0;
  bytesOut = 0;
  readonly errors: Record<string, number> = {};
  readonly #latencies: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST,
    numberOfSignificantValueDigits: DIGITS,
    bitBucketSize: 32,
  });

  /** @param milliseconds From when the request was due to the end of its response. */
  latency(milliseconds: number): void {
    const microseconds = Math.round(milliseconds * 1000);
    this.#latencies.recordValue(Math.min(Math.max(microseconds, 1), LONGEST));
  }

  error(kind: string): void {
    this.errors[kind] = (this.errors[kind] ?? 0) + 1;
  }

  /** The latencies so far, with those at the given percentiles; null if there are none. */
  summary(percentiles: readonly number[]): Latency | null {
    const latencies = this.#latencies;
    if (latencies.totalCount === 0) return null;
    // The histogram returns the upper end of a bucket, which can exceed every value in it.
    const at = (percentile: number) =>
      Math.min(latencies.getValueAtPercentile(percentile), latencies.maxValue) / 1000;
    return {
      mean: latencies.mean / 1000,
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max: latencies.maxValue / 1000,
      curve: percentiles.map(at),
    };
  }
}
