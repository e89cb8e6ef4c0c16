/**
 * When requests are due. In the open model they are due at a fixed rate, whatever the server does,
 * and their latency counts from then: a server that stalls cannot hide the requests that it held up
 * (coordinated omission). In the closed model each is due when the response before it is complete.
 */
export class Pacing {
  readonly #interval: number;
  #next = Infinity;

  /** @param rate Requests per second, evenly spread; null is the closed model. */
  constructor(rate: number | null) {
    this.#interval = rate === null ? 0 : 1000 / rate;
  }

  get isOpen(): boolean {
    return this.#interval > 0;
  }

  /** When the next request is due; infinity before the start, and in the closed model. */
  get next(): number {
    return this.#next;
  }

  start(now: number): void {
    if (this.isOpen) this.#next = now;
  }

  /** Takes the next request, and returns when it was due. */
  take(): number {
    const due = this.#next;
    this.#next += this.#interval;
    return due;
  }
}
