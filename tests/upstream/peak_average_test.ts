import { assert, assertEquals } from "@std/assert";
import { decayed, observed } from "../../src/upstream/peak_average.ts";

Deno.test("observed() follows a peak at once", () => {
  assertEquals(observed(0, 0, 3), 3);
  assertEquals(observed(3, 10, 250), 250);
});

Deno.test("observed() forgets a peak gradually, the faster the rarer the values", () => {
  let average = 250;
  for (let i = 0; i < 10; i++) average = observed(average, 1000, 5);
  assert(average > 90 && average < 100, `${average}`);
  assert(Math.abs(observed(250, 10_000, 5) - average) < 0.001);
  assert(observed(250, 100_000, 5) < 5.1);
});

Deno.test("decayed() sinks towards 0 with the time, but not if a clock goes back", () => {
  assert(Math.abs(decayed(100, 10_000) - 100 / Math.E) < 0.001);
  assert(decayed(100, 100_000) < 0.01);
  assertEquals(decayed(100, -5), 100);
});
