import { assert } from "@std/assert";

/** The quantile of the normal distribution that 1 of 1000 values exceeds. */
const Z = 3.0902;

/**
 * Asserts that counts are distributed as their shares say, by Pearson's chi-squared test: a
 * right distribution fails in 1 of 1000 cases, so the counts should be those of a seed.
 *
 * @param shares The expected proportions; those of 0 must have no counts.
 */
export function assertShares(counts: readonly number[], shares: readonly number[]): void {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  let [statistic, freedom] = [0, -1];
  counts.forEach((count, i) => {
    const expected = total * (shares[i] ?? 0) / whole;
    if (expected === 0) return assert(count === 0, `${count} of share 0`);
    statistic += (count - expected) ** 2 / expected;
    freedom++;
  });
  if (freedom === 0) return;
  const limit = criticalValue(freedom);
  assert(statistic <= limit, `chi-squared ${statistic} > ${limit}: ${counts.slice(0, 20)}`);
}

/** By Wilson and Hilferty. */
function criticalValue(freedom: number): number {
  const spread = 2 / (9 * freedom);
  return freedom * (1 - spread + Z * Math.sqrt(spread)) ** 3;
}
