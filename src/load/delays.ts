/** Things that are due so many milliseconds after they were put in: the first one in is the first out. */
export class Delays<T> {
  readonly #delay: number;
  #entries: { readonly due: number; readonly item: T }[] = [];
  #first = 0;

  /** @param delay Milliseconds, the same for all. */
  constructor(delay: number) {
    this.#delay = delay;
  }

  /** When the next is due; infinity when there is none. */
  get next(): number {
    return this.#entries[this.#first]?.due ?? Infinity;
  }

  put(item: T, now: number): void {
    this.#entries.push({ due: now + this.#delay, item });
  }

  /** Takes one that is due; undefined when none is. */
  take(now: number): T | undefined {
    const entry = this.#entries[this.#first];
    if (entry === undefined || entry.due > now) return undefined;
    if (++this.#first > 1000) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    return entry.item;
  }
}
