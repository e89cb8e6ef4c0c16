/**
 * When requests are due. In the open model they come at a rate whatever the
 * server does, and their latency counts from when they were due: so a server
 * that stalls cannot hide the requests that it held up (coordinated omission).
 * In the closed model each is due when the answer to the one before is there.
 */
export class Pacing {
  readonly #interval: number;
  #next = Infinity;

  /** @param rate Requests a second, evenly spread; null is the closed model. */
  constructor(rate: number | null) {
    this.#interval = rate === null ? 0 : 1000 / rate;
  }

  get isOpen(): boolean {
    return this.#interval > 0;
  }

  /** When the next request is due, in the open model; infinity before the start and after the stop. */
  get next(): number {
    return this.#next;
  }

  start(now: number): void {
    if (this.isOpen) this.#next = now;
  }

  stop(): void {
    this.#next = Infinity;
  }

  /** Takes the next one; when it was due. */
  take(): number {
    const due = this.#next;
    this.#next += this.#interval;
    return due;
  }
}
