/** How many durations there were of each length: the buckets of histograms in shared memory. */

/** Milliseconds up to which the first bucket reaches. */
const FIRST = 0.1;
const DOUBLINGS = 20;

/**
 * The upper bounds of the buckets in seconds, two for each doubling: 0.0001, 0.00015, 0.0002,
 * 0.0003 to 78.6432. One more bucket takes what lasts longer.
 */
export const DURATION_BOUNDS: readonly number[] = Array.from(
  { length: 2 * DOUBLINGS },
  (_, i) => Number((FIRST * 2 ** Math.floor(i / 2) * (i % 2 === 0 ? 1 : 1.5) / 1000).toFixed(6)),
);
const BUCKETS = DURATION_BOUNDS.length + 1;

/** Half-octaves from the smallest float up to the first bound, less one. */
const BELOW_FIRST = 2 * 1023 - 1;
/** Just less than 1, so that a duration of exactly a bound counts as below it. */
const INCLUSIVE = 1 - 2 ** -53;

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);
/** The half with the sign, the exponent, and the first bits of the mantissa. */
const HIGH = 1;

/**
 * The index of the bucket that takes a duration: the first one whose bound is not less.
 *
 * The bounds are powers of 2, and one and a half of these, times the first: the exponent of
 * the float and the first bit of its mantissa tell the bucket without a search.
 */
export function durationIndex(milliseconds: number): number {
  float[0] = milliseconds / FIRST * INCLUSIVE;
  const index = ((words[HIGH] as number) >> 19) - BELOW_FIRST;
  return index <= 0 ? 0 : index >= BUCKETS ? BUCKETS - 1 : index;
}

/**
 * The duration that a share of all does not exceed, in seconds, as if those of a bucket were
 * spread evenly over it; what is beyond the last bound counts as that.
 *
 * @param counts How many there are in each bucket.
 * @param share From 0 to 1.
 * @returns null if there are none.
 */
export function durationAt(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= 0) return null;
  let rest = share * total;
  for (const [i, bound] of DURATION_BOUNDS.entries()) {
    const count = counts[i] ?? 0;
    if (count > 0 && rest <= count) {
      const from = DURATION_BOUNDS[i - 1] ?? 0;
      return from + (bound - from) * Math.max(0, rest) / count;
    }
    rest -= count;
  }
  return DURATION_BOUNDS.at(-1) ?? null;
}
