/** Over how many seconds requests and retries are counted. */
const WINDOW = 10;

/** How many retries are allowed. */
export interface RetryLimits {
  /** So many for each request, such as 0.2. */
  readonly share: number;
  /** So many in a second besides, since a share of few requests would be none. */
  readonly perSecond: number;
}

/**
 * Bounds retries by the requests of the last ten seconds, so that those of an overloaded group
 * cannot pile up and keep it overloaded (Google, "Site Reliability Engineering", chapter 22;
 * Finagle's RetryBudget). What it does takes constant time.
 */
export class RetryBudget {
  readonly #limits: RetryLimits;
  /** Of each second, at its number modulo the window. */
  readonly #requests = new Uint32Array(WINDOW);
  readonly #retries = new Uint32Array(WINDOW);
  #allRequests = 0;
  #allRetries = 0;
  #second: number;

  /** @param now The time in milliseconds, by the clock of all later calls. */
  constructor(limits: RetryLimits, now: number) {
    this.#limits = limits;
    this.#second = Math.floor(now / 1000);
  }

  /** Counts a request, but none of its retries. */
  request(now: number): void {
    const at = this.#advance(now);
    this.#requests[at] = (this.#requests[at] ?? 0) + 1;
    this.#allRequests++;
  }

  /** Takes a retry out of the budget; false if there is none left. */
  retry(now: number): boolean {
    const at = this.#advance(now);
    const { share, perSecond } = this.#limits;
    const most = share * this.#allRequests + perSecond * WINDOW;
    if (this.#allRetries + 1 > most) return false;
    this.#retries[at] = (this.#retries[at] ?? 0) + 1;
    this.#allRetries++;
    return true;
  }

  /** Forgets what is too old. Returns where the present second is. */
  #advance(now: number): number {
    const second = Math.floor(now / 1000);
    // After a long pause, each second is forgotten once.
    for (let next = Math.max(this.#second, second - WINDOW); next < second;) {
      const at = ++next % WINDOW;
      this.#allRequests -= this.#requests[at] ?? 0;
      this.#allRetries -= this.#retries[at] ?? 0;
      this.#requests[at] = this.#retries[at] = 0;
    }
    this.#second = Math.max(this.#second, second);
    return this.#second % WINDOW;
  }
}
