/**
 * The board: the backends of all groups, in memory shared by the threads of a process, a row
 * each. The keeper writes what it knows of them, the lanes count what they see of them.
 */
import { clock } from "../base/clock.ts";
import { BoardMemory, ROW_BYTES } from "./board_layout.ts";
import { BoardRow } from "./board_row.ts";

// Taken before a handler can replace them: it shares the globals of its thread with the lane.
const { add, load, notify, store, waitAsync } = Atomics;

/** The most backends of all groups, those included that were removed and have connections. */
export const MAX_BACKENDS = 16_384;

/** The most groups. */
export const MAX_GROUPS = 1024;

/** The words of the header; the time when the board was made has 8 bytes, as a float. */
const HEADER = { version: 0, used: 1, made: 2 } as const;
/** Lines of the processor's cache, so that the counts of two groups share none. */
const LINE_WORDS = 16;
const GROUPS_START = LINE_WORDS;
const ROWS_START = GROUPS_START + MAX_GROUPS * LINE_WORDS;
const ROW_WORDS = ROW_BYTES / 4;
/** Pages that are never written cost no memory. */
const SIZE = (ROWS_START + MAX_BACKENDS * ROW_WORDS) * 4;

/** The length of a tick, in milliseconds: 32 bits of them last for three years. */
const TICK = 50;

/** All rows, and what concerns all of them. */
export class Board {
  readonly #memory: BoardMemory;
  readonly #rows: BoardRow[] = [];
  readonly #made: number;

  /** @param buffer The memory of another thread's board, to share it. */
  constructor(buffer?: SharedArrayBuffer) {
    this.#memory = new BoardMemory(buffer ?? new SharedArrayBuffer(SIZE));
    if (buffer === undefined) this.#memory.floats[HEADER.made / 2] = clock();
    this.#made = this.#memory.floats[HEADER.made / 2] ?? 0;
  }

  get buffer(): SharedArrayBuffer {
    return this.#memory.buffer;
  }

  /** Rises with every change that the keeper makes: until then, what it says holds. */
  get version(): number {
    return load(this.#memory.integers, HEADER.version);
  }

  /** Tells all threads that something has changed. Only the keeper may call it. */
  publish(): void {
    add(this.#memory.integers, HEADER.version, 1);
    notify(this.#memory.integers, HEADER.version);
  }

  /** Resolves when `version` is no longer the version, or after `timeout` milliseconds. */
  async changed(version: number, timeout: number): Promise<void> {
    await waitAsync(this.#memory.integers, HEADER.version, version, timeout).value;
  }

  /** The same object for the same row, in this thread. */
  row(index: number): BoardRow {
    const start = ROWS_START + index * ROW_WORDS;
    return this.#rows[index] ??= new BoardRow(this.#memory, start, index);
  }

  /** The number of rows that have ever belonged to a backend, which come first. */
  get used(): number {
    return load(this.#memory.integers, HEADER.used);
  }

  /** Only the keeper may set it. */
  set used(used: number) {
    store(this.#memory.integers, HEADER.used, used);
  }

  /** The rows of the backends of a group, in their order. */
  rowsOf(group: number): BoardRow[] {
    const rows: BoardRow[] = [];
    for (let index = 0; index < this.used; index++) {
      const row = this.row(index);
      if (row.state !== "free" && row.group === group) rows.push(row);
    }
    return rows.sort((a, b) => a.position - b.position || a.index - b.index);
  }

  /** Connections of all lanes to the backends of a group. */
  inFlight(group: number): number {
    return load(this.#memory.integers, GROUPS_START + group * LINE_WORDS);
  }

  addInFlight(group: number, difference: number): void {
    add(this.#memory.integers, GROUPS_START + group * LINE_WORDS, difference);
  }

  /** A time by `clock()` as a tick: a whole number from 0 on, in which rows note times. */
  tickOf(time: number): number {
    // The clock of another thread may be a little behind.
    return Math.max(0, Math.floor((time - this.#made) / TICK));
  }

  /** The time by `clock()` at which a tick begins. */
  timeOf(tick: number): number {
    return this.#made + tick * TICK;
  }

  /** A duration in milliseconds as ticks, at least 1. */
  ticksIn(duration: number): number {
    return Math.max(1, Math.round(duration / TICK));
  }
}
