import type { BackendFacts } from "../upstream/backend_facts.ts";
import { Board } from "../upstream/board.ts";
import type { BoardRow } from "../upstream/board_row.ts";
import { BoardWriter } from "../upstream/board_writer.ts";
import { Ledger } from "../upstream/ledger.ts";
import { ProcessCounts } from "../upstream/process_counts.ts";

/** The memory that a lane needs to send clients to backends: the board, and its own ledger. */
export interface BackendMemory {
  readonly board: SharedArrayBuffer;
  readonly ledger: SharedArrayBuffer;
}

/** The board of a process, and what each of its lanes has in flight. */
export class Backends {
  readonly board: Board = new Board();
  readonly #writer = new BoardWriter(this.board);
  /** By the number of the lane. */
  readonly #ledgers = new Map<number, Ledger>();
  readonly #followers = new Set<(changes: readonly BackendFacts[]) => void>();

  /**
   * Writes what has changed on the board, and tells other processes.
   *
   * @throws {RangeError} As {@linkcode BoardWriter.apply}.
   */
  apply(changes: readonly BackendFacts[]): void {
    this.#writer.apply(changes);
    for (const tell of this.#followers) tell(changes);
  }

  /**
   * Tells all that is known of the backends, and from then on what has changed.
   *
   * @returns A function that ends it.
   */
  follow(tell: (changes: readonly BackendFacts[]) => void): () => void {
    this.#followers.add(tell);
    tell(this.#writer.facts());
    return () => void this.#followers.delete(tell);
  }

  /** The row of a backend; null if the board has none. */
  find(backend: Pick<BackendFacts, "group" | "address">): BoardRow | null {
    return this.#writer.find(backend);
  }

  /** Adds up on the board what another process counts. */
  countsOfProcess(): ProcessCounts {
    return new ProcessCounts(this.board, (backend) => this.find(backend));
  }

  /** The memory of a lane, until {@linkcode close}. */
  memoryFor(lane: number): BackendMemory {
    const ledger = this.#ledgers.get(lane) ?? new Ledger(this.board);
    this.#ledgers.set(lane, ledger);
    return { board: this.board.buffer, ledger: ledger.buffer };
  }

  /** Takes off the board what a lane that is gone, or written off, had in flight. */
  close(lane: number): void {
    this.#ledgers.get(lane)?.close();
    this.#ledgers.delete(lane);
  }
}
