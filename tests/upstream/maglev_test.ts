import { assert, assertEquals } from "@std/assert";
import { maglevTable } from "../../src/upstream/maglev.ts";
import { namesOf } from "../helpers/backends.ts";

/** How many slots each name has. */
function slotsOf(weights: readonly number[]): number[] {
  const counts = weights.map(() => 0);
  for (const index of maglevTable(namesOf(weights.length), weights)) {
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

Deno.test("maglevTable() gives every name slots in proportion to its weight", () => {
  for (
    const weights of [
      [1],
      [1, 1, 1],
      [1, 2, 3],
      [1, 20, 1],
      Array.from({ length: 60 }, (_, i) => i + 1),
    ]
  ) {
    const slots = slotsOf(weights);
    const size = slots.reduce((sum, count) => sum + count, 0);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    slots.forEach((count, i) => {
      const expected = size * (weights[i] ?? 0) / total;
      assert(Math.abs(count - expected) <= 1 + expected * 0.005, `${count} for ${expected}`);
    });
  }
});

Deno.test("maglevTable() is made in a moment for many names, even if one is far heavier", () => {
  const weights = [65_535, ...Array.from({ length: 9999 }, () => 1)];
  let slots: readonly number[] = [];
  // The shortest of some times: what the machine does besides makes others longer.
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    slots = slotsOf(weights);
    return performance.now() - start;
  });
  assert(Math.min(...times) < 2000, `${times} ms`);
  const size = slots.reduce((sum, count) => sum + count, 0);
  const part = (slots[0] ?? 0) / size;
  assert(Math.abs(part - 65_535 / 75_534) < 0.01, `${part}`);
});

Deno.test("maglevTable() is the same whenever it is made", () => {
  const weights = [3, 1, 2];
  assertEquals(maglevTable(namesOf(3), weights), maglevTable(namesOf(3), weights));
});
