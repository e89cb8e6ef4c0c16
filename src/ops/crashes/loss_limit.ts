/** How many reports of lost workers there may be: a crash loop must neither fill the disk nor take time. */

/** How many get a report each, and within which time, in milliseconds. */
export const MOST_LOSSES = 5;
export const WINDOW = 60_000;

/** Lets through so many of something in a time, and counts the rest. */
export class LossLimit<T> {
  #began = -Infinity;
  #count = 0;
  #rest: { readonly last: T; readonly count: number } | null = null;

  /**
   * Takes one.
   *
   * @param now In milliseconds, by any one clock.
   * @returns Whether it may have a report of its own; otherwise it is counted.
   */
  admits(one: T, now: number): boolean {
    if (now - this.#began >= WINDOW) {
      this.#began = now;
      this.#count = 0;
    }
    if (++this.#count <= MOST_LOSSES) return true;
    this.#rest = { last: one, count: (this.#rest?.count ?? 0) + 1 };
    return false;
  }

  /**
   * Takes out what was counted: the last of them, and how many there were.
   *
   * @returns Null if there is nothing, or the time is not over.
   */
  rest(now: number): { readonly last: T; readonly count: number } | null {
    if (now - this.#began < WINDOW) return null;
    const rest = this.#rest;
    this.#rest = null;
    return rest;
  }
}
