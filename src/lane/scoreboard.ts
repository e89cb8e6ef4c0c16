/**
 * The scoreboard: the counts of all lanes of a process, in memory shared by its
 * threads. There is one row per lane, and one writer per column: the lane writes
 * its counts, the supervisor writes its state.
 */
import { Row, ROW_BYTES } from "./row.ts";
import { Turns } from "./turns.ts";

// Taken before a handler can replace them: it shares the globals of its thread with the lane.
const { add, compareExchange, load, notify, store, waitAsync } = Atomics;

/** The most lanes alive at one time, including old generations. */
export const MAX_ROWS = 1024;

/** The words of the header: open connections, releases so far, rows ever used, whether demand is watched. */
const HEADER = { total: 0, releases: 1, used: 2, watched: 3 } as const;
const HEADER_BYTES = 64;
const TURNS_START = HEADER_BYTES + MAX_ROWS * ROW_BYTES;
const SIZE = TURNS_START + Turns.bytes(MAX_ROWS);

/** All rows, and the totals of the lanes of a process. */
export class Scoreboard {
  /** The turns of lanes that serve one connection each. */
  readonly turns: Turns;
  readonly #header: Int32Array;
  readonly #rows: Row[] = [];

  /** @param buffer The memory of another thread's scoreboard, to share it. */
  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(SIZE)) {
    this.#header = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.turns = new Turns(buffer, TURNS_START, MAX_ROWS);
  }

  row(index: number): Row {
    return this.#rows[index] ??= this.ownRow(index);
  }

  /** Another view of a row, for its lane alone, which leaves it when the row is taken from it. */
  ownRow(index: number): Row {
    return new Row(this.buffer, HEADER_BYTES + index * ROW_BYTES, index);
  }

  /** The rows that have ever belonged to a lane, including those that are free now. */
  *rows(): Generator<Row> {
    const { used } = this;
    for (let index = 0; index < used; index++) yield this.row(index);
  }

  /** The number of these rows, which come first. */
  get used(): number {
    return load(this.#header, HEADER.used);
  }

  /** Claims a row for a new lane, by its number; null if none is free. Only the supervisor may call it. */
  claim(lane: number, generation: number): Row | null {
    for (let index = 0; index < MAX_ROWS; index++) {
      const row = this.row(index);
      if (row.state !== "free") continue;
      this.turns.leave(index);
      row.begin(lane, generation);
      if (index >= this.used) store(this.#header, HEADER.used, index + 1);
      return row;
    }
    return null;
  }

  /** Releases the connections of a lane that is gone or written off as hung. */
  close(row: Row, state: "free" | "hung"): void {
    // From here on, what the lane still closes counts no more: all of it is released here.
    row.evict();
    const { open } = row;
    row.addOpen(-open, row.tenancy);
    this.addTotal(-open);
    row.state = state;
    const hadTurn = this.turns.leave(row.index);
    if (hadTurn) this.turns.grant(this.used, (index) => this.row(index).state === "ready");
  }

  /**
   * Has the supervisor watch how many lanes are idle, unless it already does.
   *
   * @returns Whether it must be told.
   */
  requestWatch(): boolean {
    return compareExchange(this.#header, HEADER.watched, 0, 1) === 0;
  }

  /** Only the supervisor may set it. */
  set isWatched(isWatched: boolean) {
    store(this.#header, HEADER.watched, isWatched ? 1 : 0);
  }

  /** Open connections of all lanes of this process. */
  get total(): number {
    return load(this.#header, HEADER.total);
  }

  /** @returns The total before. */
  addTotal(difference: number): number {
    const before = add(this.#header, HEADER.total, difference);
    if (difference < 0) {
      add(this.#header, HEADER.releases, 1);
      notify(this.#header, HEADER.releases);
    }
    return before;
  }

  /** How often connections were released so far; for {@linkcode released}. */
  get releases(): number {
    return load(this.#header, HEADER.releases);
  }

  /**
   * Resolves when any thread has released a connection since `releases` was read,
   * or after `timeout` milliseconds.
   */
  async released(releases: number, timeout: number): Promise<void> {
    await waitAsync(this.#header, HEADER.releases, releases, timeout).value;
  }
}
