import { assert, assertEquals } from "@std/assert";
import { clock } from "../../src/base/clock.ts";
import type { BackendFacts } from "../../src/upstream/backend_facts.ts";
import { RoundRobin } from "../../src/upstream/policies/round_robin.ts";
import type { TierOptions, Tiers } from "../../src/upstream/tiers.ts";
import { makeBoard, makeTiers, rowAt } from "../helpers/backends.ts";

const NOW = clock();
const [BACKUP, DOWN, DRAINING] = [{ isBackup: true }, { state: "down" }, {
  state: "draining",
}] as const;

function makeGroup(list: readonly Partial<BackendFacts>[], options: Partial<TierOptions> = {}) {
  const test = makeBoard(list);
  const tiers = makeTiers(test.board, () => new RoundRobin(), () => 0, options);
  tiers.refresh(NOW);
  return { ...test, tiers, row: (position: number) => rowAt(test, position) };
}

/** The shares of new clients in each tier in use, by the position of the backends. */
function sharesOf(tiers: Tiers): Record<number, number>[] {
  return tiers.inUse.map(({ view }) =>
    Object.fromEntries(view.rows.map((row, index) => [row.position, view.shares[index] ?? 0]))
  );
}

Deno.test("Tiers are the primary backends, then the backups, with their weights if they are up", () => {
  const { tiers } = makeGroup([{ weight: 3 }, BACKUP, DOWN, DRAINING, { ...BACKUP, ...DOWN }]);
  assertEquals(sharesOf(tiers), [{ 0: 3, 2: 0, 3: 0 }, { 1: 1, 4: 0 }]);
});

Deno.test("Tiers follow the board, and prepare nothing anew for what does not concern them", () => {
  const { tiers, writer, row } = makeGroup([{}, {}, BACKUP]);
  const [view] = tiers.inUse.map(({ view }) => view);
  const revisions = () => [view?.membership, view?.revision];
  const before = revisions();
  writer.apply([{ ...row(2).facts(), state: "down" }]);
  tiers.refresh(NOW);
  assertEquals(revisions(), before);
  writer.apply([{ ...row(1).facts(), state: "down" }]);
  tiers.refresh(NOW);
  assertEquals(revisions(), [before[0], (before[1] ?? 0) + 1]);
  assertEquals(sharesOf(tiers), [{ 0: 1, 1: 0 }, { 2: 0 }]);
  writer.apply([{ ...row(1).facts(), weight: 5 }]);
  tiers.refresh(NOW);
  assertEquals(view?.membership, (before[0] ?? 0) + 1);
});

Deno.test("Tiers use all backends but draining ones while too few are healthy", () => {
  const list = [{ weight: 2 }, DOWN, DOWN, DRAINING, { ...BACKUP, ...DOWN }];
  assertEquals(makeGroup(list, { minHealthy: 0.25 }).tiers.isPanicking, false);
  const { tiers, writer, row } = makeGroup(list, { minHealthy: 0.3 });
  assert(tiers.isPanicking);
  assertEquals(sharesOf(tiers), [{ 0: 2, 1: 1, 2: 1, 3: 0, 4: 1 }]);
  writer.apply([{ ...row(1).facts(), state: "up" }]);
  tiers.refresh(NOW);
  assert(!tiers.isPanicking);
});

Deno.test("Tiers count ejected backends as unhealthy, and use them, too, if they are too many", () => {
  const { tiers, board, row } = makeGroup([{}, {}, {}], { minHealthy: 0.5 });
  for (const position of [0, 1]) row(position).moveEjection(0, board.tickOf(NOW + 60_000));
  tiers.refresh(NOW + 50);
  assert(!tiers.isPanicking);
  tiers.refresh(NOW + 200);
  assert(tiers.isPanicking);
  const [tier] = tiers.inUse;
  assert([0, 1, 2].every((index) => tier?.view.isAvailable(index, null)));
  tiers.refresh(NOW + 61_000);
  assert(!tiers.isPanicking);
});

Deno.test("Tiers give a backend that is back a growing share, and others theirs from before", () => {
  const { tiers, writer, row } = makeGroup([{ weight: 10 }, { weight: 100 }], { slowStart: 1000 });
  assertEquals(sharesOf(tiers), [{ 0: 10, 1: 100 }, {}]);
  writer.apply([{ ...row(1).facts(), backSince: NOW + 1 }]);
  const shareAt = (time: number) => {
    tiers.refresh(NOW + time);
    const [{ 0: other = NaN, 1: share = NaN } = {}] = sharesOf(tiers);
    assertEquals(other, 10);
    return Math.round(share);
  };
  assertEquals([0, 1, 251, 501, 1001, 5000].map(shareAt), [10, 10, 33, 55, 100, 100]);
});

Deno.test("Tiers start no backend slowly that is up from the beginning", () => {
  const { tiers } = makeGroup([{ weight: 10, backSince: 0 }], { slowStart: 60_000 });
  assertEquals(sharesOf(tiers), [{ 0: 10 }, {}]);
});
