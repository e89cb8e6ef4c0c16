/**
 * `performance.now()`, taken before a handler can replace it, for instance with a clock
 * for tests: a lane whose clock stands still would count as hung, and have no deadlines.
 */
export const now: () => number = performance.now.bind(performance);
const { timeOrigin } = performance;

/**
 * Milliseconds since the epoch, from a monotonic clock that each thread sets to the
 * system time when it starts: nearly equal in all threads of a process.
 */
export function clock(): number {
  return timeOrigin + now();
}
