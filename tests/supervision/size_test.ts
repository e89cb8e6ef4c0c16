import { assertEquals } from "@std/assert";
import type { Plan } from "../../src/modes/mode.ts";
import { scaled, wantedLanes } from "../../src/supervision/size.ts";

const fixed = { lanes: { min: 4, max: 4, spare: 0 } };
const elastic = { lanes: { min: 2, max: 64, spare: 3 } };

Deno.test("wantedLanes() is constant when minimum and maximum are equal", () => {
  for (const [busy, idle] of [[0, 4], [4, 0], [2, 2], [0, 0]] as const) {
    assertEquals(wantedLanes(fixed, busy, idle), 4);
  }
});

Deno.test("wantedLanes() keeps spare lanes beyond the busy ones, between minimum and maximum", () => {
  const wanted = (busy: number, idle: number) => wantedLanes(elastic, busy, idle);
  assertEquals([wanted(0, 1), wanted(1, 1), wanted(10, 2)], [3, 4, 13]);
  assertEquals([wanted(62, 1), wanted(64, 0), wanted(100, 0)], [64, 64, 64]);
  const withoutSpares = { lanes: { min: 2, max: 64, spare: 0 } };
  assertEquals([wantedLanes(withoutSpares, 0, 2), wantedLanes(withoutSpares, 5, 1)], [2, 5]);
});

Deno.test("wantedLanes() grows by half when none is idle", () => {
  const wanted = (busy: number) => wantedLanes(elastic, busy, 0);
  assertEquals([wanted(2), wanted(10), wanted(20), wanted(60)], [5, 15, 30, 64]);
});

Deno.test("wantedLanes() grows when none is idle, even without spare lanes", () => {
  assertEquals(wantedLanes({ lanes: { min: 1, max: 8, spare: 0 } }, 1, 0), 2);
});

const PLAN: Omit<Plan, "lanes"> = {
  place: "thread",
  connections: 1,
  total: 1,
  perAddress: 0,
  sharing: "shared",
};

Deno.test("scaled() changes the number of lanes, to one at least, and nothing else", () => {
  const lanes = (plan: Pick<Plan, "lanes">, extra: number) =>
    scaled({ ...PLAN, ...plan }, extra).lanes;
  assertEquals(lanes(fixed, 2), { min: 6, max: 6, spare: 0 });
  assertEquals(lanes(fixed, -9), { min: 1, max: 1, spare: 0 });
  assertEquals(lanes(elastic, 2), { min: 2, max: 66, spare: 3 });
  assertEquals(lanes(elastic, -63), { min: 1, max: 1, spare: 3 });
  assertEquals(scaled({ ...PLAN, ...fixed }, 0), { ...PLAN, ...fixed });
});
