/**
 * The scoreboard: what every lane of a process counts, in memory that all its
 * threads see. One row a lane, and each column has a single writer: the lane
 * writes what it counts, the supervisor writes the life of the lane.
 */
import { Row, ROW_BYTES } from "./row.ts";

/** Rows of a scoreboard: the lanes that can be alive at one time, old generations included. */
export const MAX_ROWS = 1024;

/** The words of the header: open connections, and how often one was given back; rows ever used; turns released. */
const HEADER = { total: 0, releases: 1, used: 2, turns: 3 } as const;
const HEADER_BYTES = 64;
const SIZE = HEADER_BYTES + MAX_ROWS * ROW_BYTES;

/** All rows, and what the lanes of a process have in common. */
export class Scoreboard {
  readonly #header: Int32Array;
  readonly #rows: Row[] = [];

  /** @param buffer That of another thread's scoreboard, to share it. */
  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(SIZE)) {
    this.#header = new Int32Array(buffer, 0, HEADER_BYTES / 4);
  }

  row(index: number): Row {
    return this.#rows[index] ??= new Row(this.buffer, HEADER_BYTES + index * ROW_BYTES, index);
  }

  /** The rows that have ever been a lane's, including those that are free now. */
  *rows(): Generator<Row> {
    const used = Atomics.load(this.#header, HEADER.used);
    for (let index = 0; index < used; index++) yield this.row(index);
  }

  /** Takes a row for a new lane; null when none is free. For the supervisor alone. */
  claim(generation: number): Row | null {
    for (let index = 0; index < MAX_ROWS; index++) {
      const row = this.row(index);
      if (row.state !== "free") continue;
      row.begin(generation);
      if (index >= Atomics.load(this.#header, HEADER.used)) {
        Atomics.store(this.#header, HEADER.used, index + 1);
      }
      return row;
    }
    return null;
  }

  /** Gives back the connections of a lane that is gone, or hung and given up. */
  close(row: Row, state: "free" | "hung"): void {
    row.state = state;
    this.addTotal(-row.open);
    row.addOpen(-row.open);
  }

  /** Connections open in all lanes of this process. */
  get total(): number {
    return Atomics.load(this.#header, HEADER.total);
  }

  /** @returns The total before. */
  addTotal(difference: number): number {
    const before = Atomics.add(this.#header, HEADER.total, difference);
    if (difference < 0) {
      Atomics.add(this.#header, HEADER.releases, 1);
      Atomics.notify(this.#header, HEADER.releases);
    }
    return before;
  }

  /** How often connections were given back so far; for {@linkcode released}. */
  get releases(): number {
    return Atomics.load(this.#header, HEADER.releases);
  }

  /**
   * Resolves when a connection was given back, in any thread, since `releases`
   * was read, or after `timeout` milliseconds.
   */
  async released(releases: number, timeout: number): Promise<void> {
    await Atomics.waitAsync(this.#header, HEADER.releases, releases, timeout).value;
  }

  /** How often a turn was released so far; for {@linkcode turnReleased}. */
  get turns(): number {
    return Atomics.load(this.#header, HEADER.turns);
  }

  /** Releases a lane's turn to wait for a client: wakes one lane that waits for its turn. */
  releaseTurn(): void {
    Atomics.add(this.#header, HEADER.turns, 1);
    Atomics.notify(this.#header, HEADER.turns, 1);
  }

  /** Resolves when a turn was released since `turns` was read, or after `timeout` milliseconds. */
  async turnReleased(turns: number, timeout: number): Promise<void> {
    await Atomics.waitAsync(this.#header, HEADER.turns, turns, timeout).value;
  }
}
