/** The wait after the first early death, in milliseconds; doubles with each further one. */
const FIRST = 100;
/** The longest wait, in milliseconds. */
const LONGEST = 30_000;
/** Early deaths in a row after which lanes cannot be kept alive. */
const TOO_MANY = 6;

/**
 * How long to wait before starting the next lane when lanes die early, before
 * serving a client. A lane that has served one is replaced at once, since a single
 * client may have caused its death.
 */
export class Backoff {
  #deaths = 0;
  #last: Error | null = null;
  #lastTime = -Infinity;

  /** The last error, after too many early deaths in a row; null before. */
  get finalError(): Error | null {
    return this.#deaths >= TOO_MANY ? this.#last : null;
  }

  /** The last error since lanes stay up; null if there was none. */
  get lastError(): Error | null {
    return this.#deaths > 0 ? this.#last : null;
  }

  /** Whether lanes have died early more than once in a row, so that one tries for all. */
  get isProbing(): boolean {
    return this.#deaths > 1;
  }

  /** Counts an early death. */
  failed(error: Error): void {
    this.#deaths++;
    this.#last = error;
    this.#lastTime = performance.now();
  }

  /**
   * Starts over: a lane is staying up. One that was up before the last early death
   * says nothing about those that start now.
   *
   * @param readySince When the lane became ready, by `performance.now()`.
   */
  stayingUp(readySince: number): void {
    if (readySince > this.#lastTime) this.#deaths = 0;
  }

  /** Milliseconds to wait. Half is random, so that servers that fail together do not retry together. */
  get delay(): number {
    if (this.#deaths === 0) return 0;
    const whole = Math.min(LONGEST, FIRST * 2 ** (this.#deaths - 1));
    return whole / 2 + Math.random() * whole / 2;
  }
}
