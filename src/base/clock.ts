/**
 * Milliseconds since the epoch: nearly the same in all threads of a process. It
 * runs evenly, but each thread sets it by the system's clock when it starts.
 */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}
