import { assertEquals } from "@std/assert";
import { Random } from "../../src/load/random.ts";
import { WeightedDraw } from "../../src/upstream/weighted_draw.ts";
import { assertShares } from "../helpers/chi_squared.ts";

const DRAWS = 50_000;

Deno.test("WeightedDraw.next() draws each index as often as its weight says, and never one of weight 0", () => {
  const random = new Random(11);
  const lists = [
    [1],
    [5, 0, 5],
    [0.1, 0.2, 0.7],
    [1000, 1],
    Array.from({ length: 500 }, (_, i) => i),
  ];
  for (const weights of lists) {
    const draw = new WeightedDraw(
      Float64Array.from(weights),
      () => random.below(2 ** 30) / 2 ** 30,
    );
    const counts = weights.map(() => 0);
    for (let i = 0; i < DRAWS; i++) {
      const index = draw.next();
      counts[index] = (counts[index] ?? 0) + 1;
    }
    assertShares(counts, weights);
  }
});

Deno.test("WeightedDraw.next() never draws an index of weight 0, whatever the random number", () => {
  for (let length = 2; length < 40; length++) {
    const weights = Float64Array.from({ length }, (_, i) => (i % 3 === 0 ? 0 : 1 / (i + 1)));
    let number = 0;
    const draw = new WeightedDraw(weights, () => number);
    for (number = 0; number < 1; number += 1 / 512) {
      const index = draw.next();
      assertEquals(index % 3 === 0, false, `${index} of ${length}`);
    }
  }
});
