/**
 * An average that follows a peak at once and forgets it exponentially, as the balancer of
 * Twitter's Finagle weighs latencies ("peak EWMA"): a backend that becomes slow is noticed
 * with its first slow answer, one that becomes fast is trusted again after a while.
 */

/** After this time, 1/e of the weight of a value remains, in milliseconds. */
const DECAY = 10_000;

/**
 * What is left of an average if nothing has been observed: it sinks towards 0, so that a
 * backend that is avoided for its latency is tried again.
 *
 * @param age Since the last observation, in milliseconds.
 */
export function decayed(average: number, age: number): number {
  return average * Math.exp(-Math.max(0, age) / DECAY);
}

/** The average after a new value. */
export function observed(average: number, age: number, value: number): number {
  if (value >= average) return value;
  const rest = Math.exp(-Math.max(0, age) / DECAY);
  return average * rest + value * (1 - rest);
}
