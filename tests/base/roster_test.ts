import { assertEquals } from "@std/assert";
import { Roster } from "../../src/base/roster.ts";

Deno.test("Roster holds its members, however they come and go", () => {
  const roster = new Roster<number>();
  const places = new Map<number, number>();
  let seed = 1;
  const random = (below: number) => (seed = seed * 48_271 % 2_147_483_647) % below;
  for (let i = 0; i < 10_000; i++) {
    const [leaving] = [...places.keys()].slice(random(places.size + 1));
    if (leaving !== undefined && random(100) < 51) {
      roster.delete(leaving, places.get(leaving) ?? -1);
      places.delete(leaving);
    } else places.set(i, roster.add(i));
    assertEquals(roster.size, places.size);
    if (i % 100 === 0) assertEquals(new Set(roster), new Set(places.keys()));
  }
});

Deno.test("Roster removes a member once, even if another has its place by then", () => {
  const roster = new Roster<string>();
  roster.add("a");
  const place = roster.add("b");
  roster.delete("b", place);
  roster.add("c");
  roster.delete("b", place);
  assertEquals([...roster], ["a", "c"]);
});

Deno.test("Roster can be emptied while its members are visited", () => {
  const roster = new Roster<string>();
  const places = ["a", "b", "c"].map((one) => [one, roster.add(one)] as const);
  const visited = [];
  for (const one of roster) {
    visited.push(one);
    for (const [other, place] of places) roster.delete(other, place);
  }
  assertEquals([visited, roster.size], [["a"], 0]);
});
