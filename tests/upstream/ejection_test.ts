import { assert, assertEquals } from "@std/assert";
import { clock } from "../../src/base/clock.ts";
import type { BackendFacts } from "../../src/upstream/backend_facts.ts";
import { Ejection, type EjectionVerdict } from "../../src/upstream/ejection.ts";
import { makeBoard, rowAt } from "../helpers/backends.ts";

/** Later than the boards of all tests are made: they know no time before. */
const NOW = clock() + 60_000;
const EJECT_TIME = 1000;
/** Ticks may make an ejection longer by so much, in milliseconds. */
const SLACK = 100;

/** A group whose backends are ejected after three failures. */
function makeGroup(list: readonly Partial<BackendFacts>[], failLimit = 3) {
  const test = makeBoard(list);
  const { board, rows } = test;
  const ejection = new Ejection(board, { failLimit, ejectTime: EJECT_TIME });
  return {
    row: (position: number) => rowAt(test, position),
    succeed: (position: number) => ejection.succeeded(rowAt(test, position)),
    /** Fails several times in a row. */
    fail: (position: number, times: number, now = NOW): (EjectionVerdict | null)[] =>
      Array.from({ length: times }, () => ejection.failed(rowAt(test, position), rows, now)),
    isEjected: (position: number, now: number) =>
      rowAt(test, position).isEjected(board.tickOf(now)),
  };
}

Deno.test("Ejection ejects a backend after some failures in a row, for a while", () => {
  const { fail, isEjected } = makeGroup([{}, {}, {}]);
  assertEquals(fail(0, 3), [null, null, {
    kind: "ejected",
    milliseconds: EJECT_TIME,
    failures: 3,
  }]);
  assert(isEjected(0, NOW) && isEjected(0, NOW + EJECT_TIME) && !isEjected(1, NOW));
  assert(!isEjected(0, NOW + EJECT_TIME + SLACK));
});

Deno.test("Ejection counts only failures in a row", () => {
  const { row, fail, succeed, isEjected } = makeGroup([{}, {}]);
  for (let i = 0; i < 10; i++) {
    assertEquals(fail(0, 2), [null, null]);
    succeed(0);
  }
  assert(!isEjected(0, NOW));
  assertEquals([row(0).failures, row(0).failuresInRow], [20, 0]);
});

Deno.test("Ejection never ejects with a limit of 0, but counts", () => {
  const { row, fail, isEjected } = makeGroup([{}, {}], 0);
  assert(fail(0, 100).every((verdict) => verdict === null) && !isEjected(0, NOW));
  assertEquals(row(0).failures, 100);
});

Deno.test("Ejection lasts twice as long each time, at most five minutes", () => {
  const { fail } = makeGroup([{}, {}]);
  let now = NOW;
  const lengths = Array.from({ length: 12 }, () => {
    const verdict = fail(0, 3, now).at(-1);
    const length = verdict?.kind === "ejected" ? verdict.milliseconds : NaN;
    now += length + SLACK;
    return length;
  });
  const doubled = Array.from({ length: 9 }, (_, i) => EJECT_TIME * 2 ** i);
  assertEquals(lengths, [...doubled, 300_000, 300_000, 300_000]);
});

Deno.test("Ejection lasts half as long for each time that the backend has held as long as the last one", () => {
  const { fail } = makeGroup([{}, {}]);
  const lengthAt = (now: number) => {
    const verdict = fail(0, 3, now).at(-1);
    return verdict?.kind === "ejected" ? verdict.milliseconds : NaN;
  };
  let now = NOW;
  for (const expected of [1000, 2000, 4000]) {
    assertEquals(lengthAt(now), expected);
    now += expected + SLACK;
  }
  now += 2 * 4000;
  assertEquals(lengthAt(now), 2000);
  assertEquals(lengthAt(now + 60_000), 1000);
});

Deno.test("Ejection does not lengthen an ejection for connections that were open", () => {
  const { fail, isEjected } = makeGroup([{}, {}]);
  fail(0, 3);
  assert(fail(0, 100, NOW + EJECT_TIME - SLACK).every((verdict) => verdict === null));
  assert(!isEjected(0, NOW + EJECT_TIME + SLACK));
});

Deno.test("Ejection spares the only backend of a group, and tells so once until it succeeds", () => {
  const { fail, succeed, isEjected } = makeGroup([{}]);
  const spared = (failures: number) => ({ kind: "spared" as const, failures });
  assertEquals(fail(0, 9).filter((verdict) => verdict !== null), [spared(3)]);
  succeed(0);
  assertEquals(fail(0, 9).filter((verdict) => verdict !== null), [spared(3)]);
  assert(!isEjected(0, NOW));
});

Deno.test("Ejection ejects at most half of a group, and the next one once there is room", () => {
  const { fail, isEjected } = makeGroup([{}, {}, {}, {}, {}]);
  for (const position of [0, 1]) assertEquals(fail(position, 3).at(-1)?.kind, "ejected");
  assertEquals(fail(2, 3).at(-1)?.kind, "spared");
  assert(!isEjected(2, NOW));
  const later = NOW + EJECT_TIME + SLACK;
  assertEquals(fail(2, 3, later).at(-1)?.kind, "ejected");
  assert(isEjected(2, later) && !isEjected(0, later));
});

Deno.test("Ejection spares the last backend that can be used", () => {
  const { fail } = makeGroup([{ state: "down" }, { state: "draining" }, {}, { state: "down" }]);
  assertEquals(fail(2, 3).at(-1)?.kind, "spared");
  const withBackup = makeGroup([{}, { isBackup: true }]);
  assertEquals(withBackup.fail(0, 3).at(-1)?.kind, "ejected");
});

Deno.test("Ejection tells that a backend is spared though it was ejected before", () => {
  const { fail } = makeGroup([{}, {}]);
  assertEquals(fail(0, 3).at(-1)?.kind, "ejected");
  const later = NOW + EJECT_TIME + SLACK;
  assertEquals(fail(1, 3, later).at(-1)?.kind, "ejected");
  assertEquals(fail(0, 9, later).flatMap((verdict) => verdict?.kind ?? []), ["spared"]);
});
