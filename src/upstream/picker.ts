import { clock } from "../base/clock.ts";
import type { Board } from "./board.ts";
import type { BoardRow } from "./board_row.ts";
import type { Ledger } from "./ledger.ts";
import { POLICIES, type PolicyName } from "./policies/registry.ts";
import { type TierOptions, Tiers } from "./tiers.ts";

// Taken before a handler can replace it: it shares the globals of its thread with the lane.
const { random } = Math;

/** Options of {@linkcode Picker}. */
export interface PickerOptions extends TierOptions {
  readonly balance: PolicyName;
}

/** Chooses a backend of a group for each client of a lane. */
export class Picker {
  readonly #tiers: Tiers;
  readonly #ledger: Ledger;
  readonly #board: Board;

  /** @param group The number of the group on the board. */
  constructor(board: Board, ledger: Ledger, group: number, options: PickerOptions) {
    this.#ledger = ledger;
    this.#board = board;
    this.#tiers = new Tiers(board, group, options, POLICIES[options.balance], random);
  }

  /** What the lane sees of the group. */
  get tiers(): Tiers {
    return this.#tiers;
  }

  /**
   * Picks a backend, and counts a connection to it, which {@linkcode release} ends.
   *
   * @param key What the choice may depend on: equal keys are sent to the same backend by `hash`.
   * @param exclude Backends that were tried already; null for none.
   * @returns null if none is available.
   */
  pick(key: string, exclude: ReadonlySet<BoardRow> | null): BoardRow | null {
    const now = clock();
    this.#tiers.refresh(now);
    const row = this.#pick(key, exclude);
    if (row !== null || !this.#tiers.startsToPanic(now)) return row;
    return this.#pick(key, exclude);
  }

  /**
   * Counts a connection to one backend, if it can have any. One that is draining can, since its
   * clients are the ones that it still serves.
   *
   * @returns Whether it was counted; {@linkcode release} ends it.
   */
  take(row: BoardRow): boolean {
    const { state } = row;
    if (state !== "up" && state !== "draining") return false;
    return !row.isEjected(this.#board.tickOf(clock())) && this.#ledger.enter(row);
  }

  /**
   * Whether there is a backend besides those that were tried: if it cannot be picked now, it
   * has as many connections as it may have.
   */
  hasOther(tried: ReadonlySet<BoardRow>): boolean {
    this.#tiers.refresh(clock());
    return this.#tiers.inUse.some(({ view }) => view.hasOther(tried));
  }

  /** Ends a connection to a backend that was picked. */
  release(row: BoardRow): void {
    this.#ledger.leave(row);
  }

  #pick(key: string, exclude: ReadonlySet<BoardRow> | null): BoardRow | null {
    for (const { view, policy } of this.#tiers.inUse) {
      // Another thread may have taken the last place of a backend since it was picked.
      for (;;) {
        const row = view.rows[policy.pick(view, key, exclude)];
        if (row === undefined) break;
        if (this.#ledger.enter(row)) return row;
      }
    }
    return null;
  }
}
