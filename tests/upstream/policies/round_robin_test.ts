import { assert, assertEquals } from "@std/assert";
import { clock } from "../../../src/base/clock.ts";
import { Random } from "../../../src/load/random.ts";
import { RoundRobin } from "../../../src/upstream/policies/round_robin.ts";
import { makeBoard, makeTiers, weighted } from "../../helpers/backends.ts";

/** The first picks from backends with these weights. */
function picks(weights: readonly number[], count: number, random = () => 0): number[] {
  const tiers = makeTiers(makeBoard(weighted(weights)).board, () => new RoundRobin(), random);
  tiers.refresh(clock());
  const [tier] = tiers.inUse;
  return Array.from({ length: count }, () => tier?.policy.pick(tier.view, "", null) ?? NaN);
}

/** The picks of nginx, as its documentation describes them. */
function nginx(weights: readonly number[], count: number): number[] {
  const points = weights.map(() => 0);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: count }, () => {
    weights.forEach((weight, i) => points[i] = (points[i] ?? 0) + weight);
    const best = points.indexOf(Math.max(...points));
    points[best] = (points[best] ?? 0) - total;
    return best;
  });
}

Deno.test("RoundRobin spreads the turns of a heavy backend", () => {
  assertEquals(picks([5, 1, 1], 7), [0, 0, 1, 0, 2, 0, 0]);
  assertEquals(picks([1, 1, 1], 6), [0, 1, 2, 0, 1, 2]);
});

Deno.test("RoundRobin has the turns of nginx with any weights", () => {
  const random = new Random(7);
  for (let round = 0; round < 300; round++) {
    const most = 1 + random.below(12);
    const weights = Array.from({ length: 1 + random.below(20) }, () => 1 + random.below(most));
    assertEquals(picks(weights, 200), nginx(weights, 200), `weights ${weights}`);
  }
});

Deno.test("RoundRobin gives each of many different weights its turns, never far apart", () => {
  const weights = Array.from({ length: 300 }, (_, i) => 1 + i * i);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const counts = weights.map(() => 0);
  for (const index of picks(weights, total)) counts[index] = (counts[index] ?? 0) + 1;
  counts.forEach((count, index) => {
    const weight = weights[index] ?? 0;
    assert(Math.abs(count - weight) <= 2, `${count} turns of weight ${weight}`);
  });
});

Deno.test("RoundRobin begins with any backend, by weight, so that lanes do not all choose the same", () => {
  const random = new Random(3);
  const first = Array.from(
    { length: 3000 },
    () => picks([5, 1, 1], 1, () => random.below(2 ** 30) / 2 ** 30)[0],
  );
  const counts = [0, 1, 2].map((index) => first.filter((pick) => pick === index).length);
  const expected = [5, 1, 1].map((weight) => 3000 * weight / 7);
  counts.forEach((count, i) => assert(Math.abs(count - (expected[i] ?? 0)) < 90, `${counts}`));
});
