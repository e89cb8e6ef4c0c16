import { assertEquals } from "@std/assert";
import { Pauses } from "../../../src/ops/respawn/pauses.ts";

Deno.test("servers that die at once are started after longer and longer pauses", () => {
  const pauses = new Pauses();
  const found = Array.from({ length: 9 }, () => pauses.died(0));
  assertEquals(found, [0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

Deno.test("the time for which a server has served counts as a pause", () => {
  const pauses = new Pauses();
  assertEquals([pauses.died(30), pauses.died(30), pauses.died(500)], [0, 70, 0]);
  assertEquals(pauses.died(60_000), 0);
  assertEquals([pauses.died(0), pauses.died(0)], [100, 200]);
});
