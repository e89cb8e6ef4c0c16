import { assert, assertEquals } from "@std/assert";
import { clock } from "../../src/base/clock.ts";
import type { BackendFacts } from "../../src/upstream/backend_facts.ts";
import { Ledger } from "../../src/upstream/ledger.ts";
import { Picker, type PickerOptions } from "../../src/upstream/picker.ts";
import { GROUP, makeBoard, rowAt } from "../helpers/backends.ts";

function makeLane(list: readonly Partial<BackendFacts>[], options: Partial<PickerOptions> = {}) {
  const test = makeBoard(list);
  const picker = new Picker(test.board, new Ledger(test.board), GROUP, {
    balance: "round-robin",
    slowStart: 0,
    minHealthy: 0,
    ...options,
  });
  const pick = (exclude?: readonly number[]) => {
    const tried = exclude === undefined ? null : new Set(exclude.map((at) => rowAt(test, at)));
    return picker.pick("", tried)?.position ?? null;
  };
  return { ...test, picker, pick, row: (position: number) => rowAt(test, position) };
}

Deno.test("Picker.pick() counts a connection until it is released", () => {
  const { picker, board, row } = makeLane([{}]);
  const picked = [picker.pick("", null), picker.pick("", null)];
  assertEquals([row(0).inFlight, board.inFlight(GROUP)], [2, 2]);
  for (const each of picked) if (each !== null) picker.release(each);
  assertEquals([row(0).inFlight, board.inFlight(GROUP)], [0, 0]);
});

Deno.test("Picker.pick() uses backups if no primary backend is available, and only then", () => {
  const { pick, row, board } = makeLane([{ max: 1 }, { max: 1 }, { isBackup: true, max: 1 }]);
  row(0).moveEjection(0, board.tickOf(clock() + 60_000));
  assertEquals([pick(), pick(), pick()], [1, 2, null]);
});

Deno.test("Picker.pick() picks another backend than those that were tried", () => {
  const { pick } = makeLane([{}, {}, { isBackup: true }]);
  assertEquals([pick([0]), pick([1]), pick([0, 1]), pick([0, 1, 2])], [1, 0, 2, null]);
});

Deno.test("Picker.pick() uses ejected backends at once if too few are left", () => {
  const list = [{}, {}, {}, {}];
  const until = 60_000;
  for (const [minHealthy, isPicked] of [[0, false], [0.2, true]] as const) {
    const { pick, rows, board } = makeLane(list, { minHealthy });
    assert(pick() !== null);
    for (const row of rows) row.moveEjection(0, board.tickOf(clock() + until));
    assertEquals(pick() !== null, isPicked);
  }
});

Deno.test("Picker.pick() respects the max of a backend though too few are healthy", () => {
  const { pick } = makeLane([{ state: "down", max: 2 }], { minHealthy: 0.5 });
  assertEquals([pick(), pick(), pick()], [0, 0, null]);
});

Deno.test("Picker.pick() picks none of a group that is empty or drains", () => {
  assertEquals(makeLane([], { minHealthy: 1 }).pick(), null);
  assertEquals(makeLane([{ state: "draining" }], { minHealthy: 1 }).pick(), null);
});
