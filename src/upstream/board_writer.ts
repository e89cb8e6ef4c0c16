import { formatAddress } from "../base/address.ts";
import { clock } from "../base/clock.ts";
import { areSameFacts, type BackendFacts } from "./backend_facts.ts";
import { type Board, MAX_BACKENDS, MAX_GROUPS } from "./board.ts";
import { MAX_ADDRESS_BYTES } from "./board_layout.ts";
import type { BoardRow } from "./board_row.ts";

/**
 * How long a row stays free at least, in milliseconds: a lane that has picked it just before
 * may not have counted its connection yet.
 */
const REST = 1000;

const encoder = new TextEncoder();

/** A row that was released, and when, by `clock()`. */
interface Released {
  readonly row: BoardRow;
  readonly time: number;
}

/**
 * Writes the keeper's side of a board. There is one of them: that of the thread that made
 * the board.
 */
export class BoardWriter {
  readonly #board: Board;
  readonly #rows = new Map<string, BoardRow>();
  /** The longest free first. */
  readonly #released: Released[] = [];

  constructor(board: Board) {
    this.#board = board;
  }

  /** The facts of all backends, with which another process can fill a board of its own. */
  facts(): BackendFacts[] {
    return Array.from(this.#rows.values(), (row) => row.facts());
  }

  /** The row of a backend; null if the board has none. */
  find({ group, address }: Pick<BackendFacts, "group" | "address">): BoardRow | null {
    return this.#rows.get(`${group} ${formatAddress(address)}`) ?? null;
  }

  /**
   * Writes the facts of some backends: of new ones, and of those that have changed. The
   * state `free` removes a backend. Others stay as they are. Lanes are told once, and only
   * if something is new.
   *
   * @throws {RangeError} If a group or an address is out of range; then nothing is written. Or
   * if the board is full; then what comes before in the list is.
   */
  apply(changes: readonly BackendFacts[]): void {
    changes.forEach(check);
    let isChanged = false;
    try {
      for (const facts of changes) {
        if (this.#applyOne(facts)) isChanged = true;
      }
    } finally {
      if (isChanged) this.#board.publish();
    }
  }

  /** @returns Whether they are news. */
  #applyOne(facts: BackendFacts): boolean {
    const row = this.find(facts);
    if (facts.state === "free") return row !== null && this.#release(facts, row);
    if (row === null) return this.#add(facts);
    if (areSameFacts(row.facts(), facts)) return false;
    // Its check knows better than the clients that could not reach it before.
    if (facts.state === "up" && row.state !== "up") row.pardon(this.#board.tickOf(clock()));
    row.update(facts);
    return true;
  }

  #add(facts: BackendFacts): boolean {
    const { group, address } = facts;
    const row = this.#claim();
    row.occupy(facts);
    this.#rows.set(`${group} ${formatAddress(address)}`, row);
    return true;
  }

  #release({ group, address }: BackendFacts, row: BoardRow): boolean {
    this.#rows.delete(`${group} ${formatAddress(address)}`);
    row.vacate();
    this.#released.push({ row, time: clock() });
    return true;
  }

  #claim(): BoardRow {
    const { used } = this.#board;
    const isFull = used === MAX_BACKENDS;
    const rested = clock() - REST;
    // The first of them will do, unless all rows are needed.
    const candidates = isFull ? this.#released : this.#released.slice(0, 1);
    const found = candidates.findIndex(({ row, time }) => time <= rested && row.inFlight === 0);
    const [reused] = found < 0 ? [] : this.#released.splice(found, 1);
    if (reused !== undefined) return reused.row;
    if (isFull) {
      throw new RangeError(`Cannot add a backend: the board has its ${MAX_BACKENDS} already`);
    }
    this.#board.used = used + 1;
    return this.#board.row(used);
  }
}

function check({ group, address }: BackendFacts): void {
  if (!(group >= 0 && group < MAX_GROUPS)) {
    throw new RangeError(`Cannot use group ${group}: expected less than ${MAX_GROUPS} groups`);
  }
  const text = formatAddress(address);
  const { length } = encoder.encode(text);
  if (length <= MAX_ADDRESS_BYTES) return;
  throw new RangeError(
    `Cannot use the address ${text}: it has ${length} bytes, expected at most ${MAX_ADDRESS_BYTES}`,
  );
}
