import { assert, assertEquals } from "@std/assert";
import { READS_PER_TURN, ReadTurns } from "../../src/core/read_turns.ts";
import { until } from "../helpers/until.ts";

const MANY = READS_PER_TURN + 1;

function withConnections(count: number): ReadTurns {
  const turns = new ReadTurns();
  for (let i = 0; i < count; i++) turns.enter();
  return turns;
}

Deno.test("ReadTurns lets a few connections begin as many reads as they like", () => {
  const turns = withConnections(READS_PER_TURN);
  for (let i = 0; i < 10 * READS_PER_TURN; i++) assert(turns.tryBegin());
});

Deno.test("ReadTurns counts a relay as one connection, unless it streams", () => {
  const turns = withConnections(2 * READS_PER_TURN);
  for (let i = 0; i < 2 * READS_PER_TURN; i++) turns.enterFlow();
  for (let i = 0; i < 10 * READS_PER_TURN; i++) assert(turns.tryBegin());
  while (turns.tryBegin(true));
  assert(turns.tryBegin());
  turns.leaveFlow();
  assertEquals(turns.tryBegin(), false);
});

Deno.test("ReadTurns lets reads beyond those of a turn begin later, in order", async () => {
  const turns = withConnections(MANY);
  for (let i = 0; i < READS_PER_TURN; i++) assert(turns.tryBegin());
  const begun: number[] = [];
  const wanted = Array.from({ length: 3 * READS_PER_TURN }, (_, i) => i);
  for (const i of wanted) {
    assertEquals(turns.tryBegin(), false);
    turns.turn().then(() => begun.push(i));
  }
  await until("all begin", () => begun.length === wanted.length);
  assertEquals(begun, wanted);
  turns.stop();
});

Deno.test("ReadTurns lets fewer reads begin while those that have finished owe writes", async () => {
  const turns = withConnections(MANY);
  while (turns.tryBegin());
  let begun = 0;
  const waiting = Array.from({ length: READS_PER_TURN }, () => turns.turn().then(() => begun++));
  turns.finished = 2 * READS_PER_TURN - 2 - 20;
  await waiting[0];
  assertEquals(begun, 10);
  assertEquals(turns.tryBegin(), false, "one overtakes those that wait");
  await Promise.all(waiting);
  turns.stop();
});

Deno.test("ReadTurns.stop() lets all reads begin", async () => {
  const turns = withConnections(MANY);
  while (turns.tryBegin());
  const waiting = Array.from({ length: 5 * READS_PER_TURN }, () => turns.turn());
  turns.stop();
  await Promise.all(waiting);
});
