/**
 * `performance.now()`, taken before a handler can replace it, for instance with a clock
 * for tests: a lane whose clock stands still would count as hung, and have no deadlines.
 */
export const now: () => number = performance.now.bind(performance);
const { timeOrigin } = performance;

/** How much later than planned a step of a fair clock may come before it stands still, in milliseconds. */
export const LEEWAY = 25;

/**
 * Milliseconds since the epoch, from a monotonic clock that each thread sets to the
 * system time when it starts: nearly equal in all threads of a process.
 */
export function clock(): number {
  return timeOrigin + now();
}

/**
 * A clock that goes on by steps, and stands still while the process is stopped or its
 * event loop blocked: then nobody can be heard, so the time must not count against anyone.
 */
export class FairClock {
  /** The time of the last step, in milliseconds. */
  now = now();
  /** When the last step was, by the clock of the system. */
  #stepped = this.now;

  /** @param pause The time since the last step, as it was planned, in milliseconds. */
  step(pause: number): void {
    const time = now();
    this.now += Math.min(time - this.#stepped, pause + LEEWAY);
    this.#stepped = time;
  }
}
