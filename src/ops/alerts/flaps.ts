/** So soon after its resolution, a problem that comes back flaps; in milliseconds. */
const WINDOW = 900_000;
/** The longest that a problem must be gone, in milliseconds, unless the settings ask for more. */
const LONGEST = 600_000;

/** Problems that were resolved of late, so that one that comes and goes is told ever less often. */
export class Flaps {
  /** When each was resolved, and how often it had come back by then, by key. */
  readonly #resolved = new Map<string, { readonly time: number; readonly returns: number }>();

  /** How often a problem that begins now has come back. */
  returnsOf(key: string, now: number): number {
    this.#forget(now);
    const last = this.#resolved.get(key);
    return last === undefined ? 0 : last.returns + 1;
  }

  /** A problem is over. */
  resolve(key: string, returns: number, now: number): void {
    this.#forget(now);
    this.#resolved.set(key, { time: now, returns });
  }

  /** Forgets those that have stayed away. */
  #forget(now: number): void {
    for (const [key, { time }] of this.#resolved) {
      if (now - time >= WINDOW) this.#resolved.delete(key);
    }
  }
}

/** How long a problem must be gone that has come back so often: twice as long each time. */
export function clearTime(usual: number, returns: number): number {
  return Math.max(usual, Math.min(LONGEST, usual * 2 ** returns));
}
