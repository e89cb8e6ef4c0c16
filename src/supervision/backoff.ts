/** The wait after the first early death, in milliseconds; it doubles with each. */
const FIRST = 100;
const LONGEST = 30_000;
/** Early deaths one after another at which lanes count as impossible to keep alive. */
const TOO_MANY = 6;

/**
 * How long to wait before the next lane is started, after lanes that died early:
 * before they had served anyone. One that did serve is replaced at once, since
 * what ended it may be one client's doing.
 */
export class Backoff {
  #deaths = 0;
  #last: Error | null = null;

  /** The last error, once there were too many in a row; null before. */
  get hopeless(): Error | null {
    return this.#deaths >= TOO_MANY ? this.#last : null;
  }

  /** A lane died early. */
  failed(error: Error): void {
    this.#deaths++;
    this.#last = error;
  }

  /** A lane lives. */
  succeeded(): void {
    this.#deaths = 0;
  }

  /** Milliseconds to wait; the half of it at random, so that servers that fail together do not try together. */
  get delay(): number {
    if (this.#deaths === 0) return 0;
    const whole = Math.min(LONGEST, FIRST * 2 ** (this.#deaths - 1));
    return whole / 2 + Math.random() * whole / 2;
  }
}
