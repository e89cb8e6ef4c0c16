import { formatAddress } from "../../src/base/address.ts";
import type { BackendFacts } from "../../src/upstream/backend_facts.ts";
import { Board } from "../../src/upstream/board.ts";
import type { BoardRow } from "../../src/upstream/board_row.ts";
import { BoardWriter } from "../../src/upstream/board_writer.ts";
import type { Policy } from "../../src/upstream/policies/policy.ts";
import { type TierOptions, Tiers } from "../../src/upstream/tiers.ts";

/** The number of the group of all backends here. */
export const GROUP = 0;

/** Facts of a backend that is up; its port is 1 more than its position. */
export function backend(position: number, facts: Partial<BackendFacts> = {}): BackendFacts {
  return {
    group: GROUP,
    address: { transport: "tcp", hostname: "192.0.2.1", port: position + 1 },
    position,
    weight: 1,
    max: 0,
    isBackup: false,
    state: "up",
    backSince: 0,
    ...facts,
  };
}

/** A board with backends. */
export interface TestBoard {
  readonly board: Board;
  readonly writer: BoardWriter;
  readonly rows: readonly BoardRow[];
}

/** Makes a board with backends of these facts, in their order. */
export function makeBoard(list: readonly Partial<BackendFacts>[]): TestBoard {
  const board = new Board();
  const writer = new BoardWriter(board);
  writer.apply(list.map((facts, position) => backend(position, facts)));
  return { board, writer, rows: board.rowsOf(GROUP) };
}

/** Backends with these weights. */
export function weighted(weights: readonly number[]): readonly Partial<BackendFacts>[] {
  return weights.map((weight) => ({ weight }));
}

/** What a lane sees of the group of a board, with a policy. */
export function makeTiers(
  board: Board,
  makePolicy: () => Policy,
  random: () => number,
  options: Partial<TierOptions> = {},
): Tiers {
  return new Tiers(board, GROUP, { slowStart: 0, minHealthy: 0, ...options }, makePolicy, random);
}

/** The row of the backend at a position. */
export function rowAt({ rows }: TestBoard, position: number): BoardRow {
  const row = rows[position];
  if (row === undefined) throw new Error(`No backend has the position ${position}`);
  return row;
}

/** The addresses of so many backends, as text. */
export function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, position) => formatAddress(backend(position).address));
}
