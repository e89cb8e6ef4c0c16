interface Entry<T> {
  readonly due: number;
  readonly item: T;
}

/** Items in the order in which they are due: a binary heap. */
export class Schedule<T> {
  readonly #heap: Entry<T>[] = [];

  /** When the next item is due; infinity if there is none. */
  get next(): number {
    return this.#heap[0]?.due ?? Infinity;
  }

  /** Puts an item in, in time that is logarithmic in their number. */
  put(item: T, due: number): void {
    const heap = this.#heap;
    const entry = { due, item };
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Entry<T>;
      if (parent.due <= due) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  /** Takes the next item out; null if none is due. */
  take(now: number): T | null {
    const [first] = this.#heap;
    if (first === undefined || first.due > now) return null;
    const last = this.#heap.pop() as Entry<T>;
    if (this.#heap.length > 0) this.#sink(last);
    return first.item;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  /** Puts an entry in the place of the first one, and restores the order below it. */
  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const left = heap[below];
      if (left === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && right.due < left.due) below++;
      const child = heap[below] as Entry<T>;
      if (entry.due <= child.due) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = entry;
  }
}
