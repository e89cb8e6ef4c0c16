/** The number of taken entries from which on they are dropped. */
const MAX_TAKEN = 1000;

/** Items that become due a fixed delay after they were put in, in that order. */
export class DelayQueue<T> {
  readonly #delay: number;
  #entries: { readonly due: number; readonly item: T }[] = [];
  #first = 0;

  /** @param delay In milliseconds. */
  constructor(delay: number) {
    this.#delay = delay;
  }

  /** When the next item is due; infinity if the queue is empty. */
  get next(): number {
    return this.#entries[this.#first]?.due ?? Infinity;
  }

  put(item: T, now: number): void {
    this.#entries.push({ due: now + this.#delay, item });
  }

  /** Removes the next item; undefined if none is due. */
  take(now: number): T | undefined {
    const entry = this.#entries[this.#first];
    if (entry === undefined || entry.due > now) return undefined;
    if (++this.#first > MAX_TAKEN) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    return entry.item;
  }
}
