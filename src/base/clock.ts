/**
 * Milliseconds since the epoch, from a monotonic clock that each thread sets to the
 * system time when it starts: nearly equal in all threads of a process.
 */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}
