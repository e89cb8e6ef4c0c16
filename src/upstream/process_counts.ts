import { parseAddress } from "../base/address.ts";
import { clock } from "../base/clock.ts";
import type { BackendCounts } from "./backend_counts.ts";
import type { BackendFacts } from "./backend_facts.ts";
import type { Board } from "./board.ts";
import type { BoardRow } from "./board_row.ts";

/** The last tick that a row can hold. */
const LAST_TICK = 2 ** 31 - 1;

/** Finds the row of a backend; null if there is none. */
type Find = (backend: Pick<BackendFacts, "group" | "address">) => BoardRow | null;

/** What is on a row of the parent's board of a row of a process. */
interface Taken {
  readonly row: BoardRow;
  /** That of `row` when it was found. */
  readonly tenancy: number;
  readonly counts: Pick<BackendCounts, "tenancy" | "inFlight" | "connects" | "failures">;
}

/**
 * Adds what a process counts on its own board to that of its parent, which then has the sums of
 * all processes. Nobody picks by those: they are for people.
 */
export class ProcessCounts {
  readonly #board: Board;
  readonly #find: Find;
  /** By the number of the row in the process. */
  readonly #taken = new Map<number, Taken>();

  /** @param board That of the parent. */
  constructor(board: Board, find: Find) {
    this.#board = board;
    this.#find = find;
  }

  /** Takes what has changed. Counts of backends that the parent no longer knows are dropped. */
  take(reports: readonly BackendCounts[]): void {
    for (const report of reports) {
      const taken = this.#takenOf(report);
      if (taken === null) continue;
      this.#add(taken, report);
      this.#taken.set(report.row, { ...taken, counts: report });
    }
  }

  /** The process is gone: so are its connections. What it has counted stays. */
  close(): void {
    for (const taken of this.#taken.values()) this.#addInFlight(taken, -taken.counts.inFlight);
    this.#taken.clear();
  }

  /** What is on the board of a row; null if the board has none for it. */
  #takenOf({ row: index, tenancy, group, address: text }: BackendCounts): Taken | null {
    const before = this.#taken.get(index);
    if (before?.counts.tenancy === tenancy) return before;
    if (before !== undefined) this.#addInFlight(before, -before.counts.inFlight);
    this.#taken.delete(index);
    const address = parseAddress(text);
    const row = address === null ? null : this.#find({ group, address });
    if (row === null) return null;
    const counts = { tenancy, inFlight: 0, connects: 0, failures: 0 };
    return { row, tenancy: row.tenancy, counts };
  }

  #add(taken: Taken, report: BackendCounts): void {
    const { row, tenancy, counts } = taken;
    this.#addInFlight(taken, report.inFlight - counts.inFlight);
    if (row.tenancy !== tenancy) return;
    const connects = Math.max(0, report.connects - counts.connects);
    row.addCounts(connects, Math.max(0, report.failures - counts.failures));
    if (connects > 0) row.observeLatency(report.latency, clock());
    // The last of the processes that use it again.
    const before = row.ejectedUntil;
    const until = Math.min(this.#board.tickOf(report.ejectedUntil), LAST_TICK);
    if (until > before) row.moveEjection(before, until);
  }

  #addInFlight({ row, tenancy }: Taken, difference: number): void {
    if (difference === 0 || row.tenancy !== tenancy) return;
    row.addInFlight(difference);
    this.#board.addInFlight(row.group, difference);
  }
}
