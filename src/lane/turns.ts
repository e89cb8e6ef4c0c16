// Taken before a handler can replace them: it shares the globals of its thread with the lane.
const { add, compareExchange, exchange, load, notify, waitAsync } = Atomics;

/** The words of lanes that are busy, or not there, and of those that have their turn. */
const [NONE, HAS] = [0, 1];
/** The least word of a lane that waits for its turn. */
const FIRST = 2;
/** Beyond this, the words begin anew. */
const STAMPS = 2 ** 30;

/**
 * The turns to wait for a client, in memory shared by all lanes: a word for each row,
 * which says whether its lane has a turn or since when it waits for one. The one that has
 * waited shortest gets the next: its code and data are still in the caches, and the others
 * may rest until they are needed, or end.
 */
export class Turns {
  readonly #words: Int32Array;
  /** The index of the word that counts how often a lane has begun to wait. */
  readonly #last: number;

  /** The size of the memory, in bytes. */
  static bytes(rows: number): number {
    return (rows + 1) * 4;
  }

  /** @param start Where the memory begins in the buffer, in bytes. */
  constructor(buffer: SharedArrayBuffer, start: number, rows: number) {
    this.#words = new Int32Array(buffer, start, rows + 1);
    this.#last = rows;
  }

  /** Whether a lane has a turn. */
  has(row: number): boolean {
    return load(this.#words, row) === HAS;
  }

  /** Whether a lane waits for a turn. */
  isWaiting(row: number): boolean {
    return load(this.#words, row) >= FIRST;
  }

  /** Lets a lane wait for a turn, unless it already does, or has one. */
  request(row: number): void {
    const stamp = FIRST + add(this.#words, this.#last, 1) % STAMPS;
    compareExchange(this.#words, row, NONE, stamp);
  }

  /** Gives a lane that waits a turn: each of its acceptors, if it has several. */
  take(row: number): void {
    const word = load(this.#words, row);
    if (word < FIRST || compareExchange(this.#words, row, word, HAS) !== word) return;
    notify(this.#words, row);
  }

  /** Resolves when a lane that waits has got a turn, or has left, or after `timeout` milliseconds. */
  async decided(row: number, timeout: number): Promise<void> {
    const word = load(this.#words, row);
    if (word >= FIRST) await waitAsync(this.#words, row, word, timeout).value;
  }

  /**
   * Ends the turn of a lane, or its wait for one.
   *
   * @returns Whether it had a turn.
   */
  leave(row: number): boolean {
    const word = exchange(this.#words, row, NONE);
    if (word >= FIRST) notify(this.#words, row);
    return word === HAS;
  }

  /** The number of lanes that have a turn, of those that can use it. */
  count(rows: number, isAble: (row: number) => boolean): number {
    let count = 0;
    for (let row = 0; row < rows; row++) if (this.has(row) && isAble(row)) count++;
    return count;
  }

  /** Gives a turn to the lane that has waited shortest, of those that can use it. */
  grant(rows: number, isAble: (row: number) => boolean): void {
    for (;;) {
      let [latest, word] = [-1, NONE];
      for (let row = 0; row < rows; row++) {
        const other = load(this.#words, row);
        if (other >= FIRST && other > word && isAble(row)) [latest, word] = [row, other];
      }
      if (latest === -1) return;
      if (compareExchange(this.#words, latest, word, HAS) !== word) continue;
      notify(this.#words, latest);
      return;
    }
  }
}
