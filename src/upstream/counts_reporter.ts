import { formatAddress } from "../base/address.ts";
import { clock } from "../base/clock.ts";
import type { BackendCounts } from "./backend_counts.ts";
import type { Board } from "./board.ts";
import type { BoardRow } from "./board_row.ts";

/** Tells what is new of the counts on the board of a process. */
export class CountsReporter {
  readonly #board: Board;
  /** What was told last, by row. */
  readonly #told = new Map<number, BackendCounts>();

  constructor(board: Board) {
    this.#board = board;
  }

  /** The counts that have changed since the last call; at first, all of them. */
  changed(): BackendCounts[] {
    const changes: BackendCounts[] = [];
    for (let index = 0; index < this.#board.used; index++) {
      const row = this.#board.row(index);
      const told = this.#told.get(index);
      if (told !== undefined && this.#isSame(told, row)) continue;
      const counts = this.#countsOf(row);
      this.#told.set(index, counts);
      changes.push(counts);
    }
    return changes;
  }

  /** What was told was lost: tells all of it again. */
  forget(): void {
    this.#told.clear();
  }

  // Without the latency, which sinks all the time: it is news only with a connection.
  #isSame(told: BackendCounts, row: BoardRow): boolean {
    return told.inFlight === row.inFlight && told.connects === row.connects &&
      told.failures === row.failures && told.tenancy === row.tenancy &&
      told.ejectedUntil === this.#board.timeOf(row.ejectedUntil);
  }

  #countsOf(row: BoardRow): BackendCounts {
    const { index, tenancy, group, inFlight, connects, failures } = row;
    return {
      row: index,
      tenancy,
      group,
      address: formatAddress(row.address),
      inFlight,
      connects,
      failures,
      ejectedUntil: this.#board.timeOf(row.ejectedUntil),
      latency: row.latency(clock()),
    };
  }
}
