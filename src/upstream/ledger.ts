import { type Board, MAX_BACKENDS } from "./board.ts";
import type { BoardRow } from "./board_row.ts";

// Taken before a handler can replace them: it shares the globals of its thread with the lane.
const { add, compareExchange, exchange, load, store } = Atomics;

/** The word that tells whether the ledger is closed, after those of the rows. */
const CLOSED = MAX_BACKENDS;
const SIZE = (MAX_BACKENDS + 1) * 4;

/**
 * What one lane has in flight at each backend, in shared memory: when its thread is gone, all
 * of it is taken off the board, which would otherwise count it for ever.
 */
export class Ledger {
  readonly #board: Board;
  readonly #words: Int32Array;

  /** @param buffer The memory of the lane's ledger in another thread, to share it. */
  constructor(board: Board, readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(SIZE)) {
    this.#board = board;
    this.#words = new Int32Array(buffer);
  }

  /**
   * Counts a connection to a backend; to be followed by {@linkcode leave}.
   *
   * @returns false, counting nothing, if the backend has as many as it may have.
   */
  enter(row: BoardRow): boolean {
    // Nothing that a lane does counts once it was written off.
    if (load(this.#words, CLOSED) !== 0) return true;
    // Counted before it is checked: of two lanes that take the last place, only one gets it.
    const before = row.addInFlight(1);
    if (row.max > 0 && before >= row.max) {
      row.addInFlight(-1);
      return false;
    }
    add(this.#words, row.index, 1);
    this.#board.addInFlight(row.group, 1);
    return true;
  }

  /** Uncounts a connection to a backend. */
  leave(row: BoardRow): void {
    for (let count = load(this.#words, row.index); count > 0;) {
      const found = compareExchange(this.#words, row.index, count, count - 1);
      if (found === count) return this.#subtract(row, 1);
      count = found;
    }
  }

  /** Uncounts all connections of a lane whose thread is gone, or was written off. */
  close(): void {
    store(this.#words, CLOSED, 1);
    for (let index = 0; index < this.#board.used; index++) {
      const count = exchange(this.#words, index, 0);
      if (count > 0) this.#subtract(this.#board.row(index), count);
    }
  }

  #subtract(row: BoardRow, count: number): void {
    row.addInFlight(-count);
    this.#board.addInFlight(row.group, -count);
  }
}
