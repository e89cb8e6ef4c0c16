import { assertEquals } from "@std/assert";
import type { Plan } from "../../src/modes/mode.ts";
import { scaled, wantedLanes } from "../../src/supervision/size.ts";

const fixed = { lanes: { min: 4, max: 4, spare: 0 } };
const elastic = { lanes: { min: 2, max: 64, spare: 3 } };

Deno.test("wantedLanes() is constant when minimum and maximum are equal", () => {
  for (const [taken, least] of [[0, 4], [4, 0], [2, 9], [0, 0]] as const) {
    assertEquals(wantedLanes(fixed, taken, least), 4);
  }
});

Deno.test("wantedLanes() keeps spare lanes beyond the taken ones, between minimum and maximum", () => {
  const wanted = (taken: number) => wantedLanes(elastic, taken);
  assertEquals([0, 1, 10, 62, 100].map(wanted), [3, 4, 13, 64, 64]);
  const withoutSpares = { lanes: { min: 2, max: 64, spare: 0 } };
  assertEquals([wantedLanes(withoutSpares, 0), wantedLanes(withoutSpares, 5)], [2, 5]);
});

Deno.test("wantedLanes() has a lane for each client that waits, whether or not others are taken", () => {
  const wanted = (taken: number, least: number) => wantedLanes(elastic, taken, least);
  assertEquals([wanted(0, 2), wanted(4, 20), wanted(20, 21), wanted(9, 99)], [3, 20, 23, 64]);
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
