/** The length of the window, in seconds. */
const WINDOW = 10;
/** With fewer requests in the window, the share of those that failed says little. */
const LEAST = 20;

/** Options of {@linkcode Breaker}. */
export interface BreakerOptions {
  /** The share of failed requests, from 0 to 1, that opens it; 0 for never. */
  readonly threshold: number;
  /** How long it stays open before a request tries the group, in milliseconds. */
  readonly time: number;
}

/**
 * Keeps requests away from a group that fails most of them, so that they neither wait in vain
 * nor add to its load: one of these for each group and lane.
 *
 * It counts the requests of the last ten seconds, and opens once too many of at least twenty
 * have failed. After a while, one request tries the group: if it succeeds, the breaker closes,
 * and forgets what it has counted; if not, it stays open as long again. What failed is up to
 * the caller, who reports how each request has ended that was let pass, once.
 *
 * Requests that began before it opened may end much later: they say nothing about the group
 * as it is now. So the caller says when each began, too. All times are those of `clock()`.
 */
export class Breaker {
  readonly #threshold: number;
  readonly #time: number;
  /** Requests and failures by the second in which they ended, modulo the window. */
  readonly #requests = new Uint32Array(WINDOW);
  readonly #failures = new Uint32Array(WINDOW);
  #totalRequests = 0;
  #totalFailures = 0;
  /** The latest second in the window. */
  #second = 0;
  /** When a request may try the group; 0 while the breaker is closed. */
  #tryTime = 0;
  #isTrying = false;
  /** When the attempt began, or the breaker closed: what began before is not counted. */
  #since = 0;

  constructor({ threshold, time }: BreakerOptions) {
    this.#threshold = threshold;
    this.#time = time;
  }

  /** Whether requests are kept away, but for one that may be trying. */
  get isOpen(): boolean {
    return this.#tryTime !== 0;
  }

  /** Whether a request may be sent. If so, report how it ends. */
  mayPass(now: number): boolean {
    if (this.#tryTime === 0) return true;
    if (this.#isTrying || now < this.#tryTime) return false;
    this.#isTrying = true;
    this.#since = now;
    return true;
  }

  /**
   * A request has succeeded.
   *
   * @param begun When it was let pass.
   * @returns Whether the breaker has closed.
   */
  succeeded(begun: number, now: number): boolean {
    if (begun < this.#since) return false;
    if (this.#tryTime === 0) {
      this.#count(now);
      return false;
    }
    if (!this.#isTrying) return false;
    this.#isTrying = false;
    this.#tryTime = 0;
    this.#since = now;
    this.#clear();
    return true;
  }

  /**
   * A request has failed by the fault of the group.
   *
   * @param begun When it was let pass.
   * @returns Whether the breaker has opened; false if it was open and stays so.
   */
  failed(begun: number, now: number): boolean {
    if (begun < this.#since) return false;
    if (this.#tryTime !== 0) {
      if (this.#isTrying) this.#open(now);
      return false;
    }
    const bucket = this.#count(now);
    this.#failures[bucket] = (this.#failures[bucket] ?? 0) + 1;
    this.#totalFailures++;
    const most = this.#threshold * this.#totalRequests;
    if (most === 0 || this.#totalRequests < LEAST || this.#totalFailures < most) return false;
    this.#open(now);
    return true;
  }

  /**
   * A request has ended in a way that says nothing about the group, such as by its client. If
   * it tried the group, the next one does.
   *
   * @param begun When it was let pass.
   */
  abandoned(begun: number): void {
    if (begun >= this.#since) this.#isTrying = false;
  }

  #open(now: number): void {
    this.#isTrying = false;
    this.#tryTime = now + this.#time;
  }

  /** @returns The bucket of the second. */
  #count(now: number): number {
    const second = Math.floor(now / 1000);
    if (second > this.#second) this.#advance(second);
    // A report from before, if the clock goes back, counts for the latest second.
    const bucket = this.#second % WINDOW;
    this.#requests[bucket] = (this.#requests[bucket] ?? 0) + 1;
    this.#totalRequests++;
    return bucket;
  }

  #advance(second: number): void {
    if (second - this.#second >= WINDOW) this.#clear();
    else {
      for (let next = this.#second + 1; next <= second; next++) {
        const bucket = next % WINDOW;
        this.#totalRequests -= this.#requests[bucket] ?? 0;
        this.#totalFailures -= this.#failures[bucket] ?? 0;
        this.#requests[bucket] = 0;
        this.#failures[bucket] = 0;
      }
    }
    this.#second = second;
  }

  #clear(): void {
    this.#requests.fill(0);
    this.#failures.fill(0);
    this.#totalRequests = 0;
    this.#totalFailures = 0;
  }
}
