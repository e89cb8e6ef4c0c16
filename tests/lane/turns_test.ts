import { assert, assertEquals } from "@std/assert";
import { Turns } from "../../src/lane/turns.ts";
import { until } from "../helpers/until.ts";

const ROWS = 8;
const anyone = () => true;

function makeTurns() {
  const buffer = new SharedArrayBuffer(Turns.bytes(ROWS));
  return new Turns(buffer, 0, ROWS);
}

/** The lanes that have a turn. */
function having(turns: Turns): number[] {
  return Array.from({ length: ROWS }, (_, row) => row).filter((row) => turns.has(row));
}

Deno.test("Turns.grant() chooses the lane that began to wait last, of those that can use a turn", () => {
  const turns = makeTurns();
  for (const row of [2, 5, 1, 7]) turns.request(row);
  turns.grant(ROWS, anyone);
  assertEquals(having(turns), [7]);
  turns.grant(ROWS, (row) => row !== 1);
  assertEquals(having(turns), [5, 7]);
  turns.grant(ROWS, anyone);
  turns.grant(ROWS, anyone);
  turns.grant(ROWS, anyone);
  assertEquals(having(turns), [1, 2, 5, 7]);
  assertEquals(turns.count(ROWS, (row) => row > 1), 3);
});

Deno.test("Turns.request() leaves the place of a lane that waits, and its turn", () => {
  const turns = makeTurns();
  turns.request(0);
  turns.request(1);
  turns.request(0);
  turns.grant(ROWS, anyone);
  assertEquals(having(turns), [1]);
  turns.request(1);
  assert(turns.has(1) && !turns.isWaiting(1));
});

Deno.test("Turns.decided() resolves when the lane gets a turn or leaves", async () => {
  const turns = makeTurns();
  const decided: number[] = [];
  for (const row of [3, 4]) {
    turns.request(row);
    void turns.decided(row, 60_000).then(() => decided.push(row));
  }
  await Promise.resolve();
  assertEquals(decided, []);
  turns.grant(ROWS, anyone);
  await turns.decided(4, 60_000);
  assertEquals(turns.leave(3), false);
  await turns.decided(3, 60_000);
  await until("both waits are over", () => decided.length === 2);
  assertEquals(decided.toSorted(), [3, 4]);
  assertEquals(turns.leave(4), true);
  assertEquals(having(turns), []);
});

Deno.test("Turns.take() tells all who wait for the turn of the lane", async () => {
  const turns = makeTurns();
  turns.request(2);
  let told = 0;
  for (let i = 0; i < 2; i++) void turns.decided(2, 60_000).then(() => told++);
  turns.take(2);
  await until("both are told", () => told === 2);
  assertEquals(having(turns), [2]);
});
