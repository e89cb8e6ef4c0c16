import { assert, assertEquals } from "@std/assert";
import { clock } from "../../../src/base/clock.ts";
import { Random } from "../../../src/load/random.ts";
import { Board } from "../../../src/upstream/board.ts";
import { LeastConnections } from "../../../src/upstream/policies/least_connections.ts";
import { GROUP, makeBoard, makeTiers, weighted } from "../../helpers/backends.ts";

/** A lane that picks from a board and counts what it picks. */
function makeLane(board: Board, seed = 1): () => number {
  const random = new Random(seed);
  const tiers = makeTiers(
    board,
    () => new LeastConnections(),
    () => random.below(2 ** 30) / 2 ** 30,
  );
  return () => {
    tiers.refresh(clock());
    const [tier] = tiers.inUse;
    const index = tier?.policy.pick(tier.view, "", null) ?? NaN;
    tier?.view.rows[index]?.addInFlight(1);
    return index;
  };
}

Deno.test("LeastConnections picks the backend with the fewest connections", () => {
  const { board, rows } = makeBoard(weighted([1, 1, 1, 1]));
  [5, 2, 0, 9].forEach((count, i) => rows[i]?.addInFlight(count));
  const pick = makeLane(board);
  const counts = Array.from({ length: 12 }, pick).map(() => rows.map((row) => row.inFlight));
  assertEquals(counts.at(-1)?.toSorted((a, b) => a - b), [6, 6, 7, 9]);
  assertEquals(rows[3]?.inFlight, 9);
});

Deno.test("LeastConnections takes turns between those with equally few", () => {
  const pick = makeLane(makeBoard(weighted([1, 1, 1])).board);
  for (let round = 0; round < 5; round++) {
    assertEquals([pick(), pick(), pick()].toSorted(), [0, 1, 2]);
  }
});

Deno.test("LeastConnections fills backends in proportion to their weights", () => {
  const { board, rows } = makeBoard(weighted([1, 2, 5]));
  const pick = makeLane(board);
  for (let i = 0; i < 800; i++) pick();
  assertEquals(rows.map((row) => row.inFlight), [100, 200, 500]);
});

Deno.test("LeastConnections counts the connections of all threads", () => {
  const { board, rows } = makeBoard(weighted(Array.from({ length: 10 }, () => 1)));
  // Views of the same memory, as threads have them.
  const lanes = Array.from({ length: 4 }, (_, i) => makeLane(new Board(board.buffer), i));
  for (let i = 0; i < 100; i++) lanes[i % 4]?.();
  assertEquals(rows.map((row) => row.inFlight), rows.map(() => 10));
});

Deno.test("LeastConnections keeps a large group even, though it compares only some", () => {
  const { board } = makeBoard(weighted(Array.from({ length: 5000 }, () => 1)));
  const pick = makeLane(board);
  for (let i = 0; i < 50_000; i++) pick();
  const counts = board.rowsOf(GROUP).map((row) => row.inFlight);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  assert(least >= 7 && most <= 12, `${least} to ${most}`);
});
