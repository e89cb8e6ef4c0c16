import { assert } from "@std/assert";
import { clock } from "../../../src/base/clock.ts";
import { Random } from "../../../src/load/random.ts";
import { PowerOfTwo } from "../../../src/upstream/policies/p2c.ts";
import { makeBoard, makeTiers, type TestBoard, weighted } from "../../helpers/backends.ts";

const NOW = clock();

/** How often each backend is picked in 1000 picks. */
function count({ board, rows }: TestBoard, now = NOW): number[] {
  const random = new Random(5);
  const tiers = makeTiers(board, () => new PowerOfTwo(), () => random.below(2 ** 30) / 2 ** 30);
  tiers.refresh(now);
  const [tier] = tiers.inUse;
  const picks = Array.from({ length: 1000 }, () => tier?.policy.pick(tier.view, "", null));
  return rows.map((_, index) => picks.filter((pick) => pick === index).length);
}

Deno.test("PowerOfTwo hardly ever picks the busiest backend, and the idlest twice as often as the mean", () => {
  const test = makeBoard(weighted([1, 1, 1, 1]));
  [9, 3, 3, 0].forEach((connections, i) => test.rows[i]?.addInFlight(connections));
  const [busiest = 0, , , idlest = 0] = count(test);
  assert(busiest <= 5 && idlest > 430 && idlest < 570, `${busiest}, ${idlest}`);
});

Deno.test("PowerOfTwo prefers a backend whose answers are faster", () => {
  const test = makeBoard(weighted([1, 1, 1]));
  [40, 5, 5].forEach((latency, i) => test.rows[i]?.observeLatency(latency, NOW));
  const [slow = 0, one = 0, other = 0] = count(test);
  assert(slow <= 5 && Math.abs(one - other) < 150, `${slow}, ${one}, ${other}`);
});

Deno.test("PowerOfTwo sends a slow backend its clients if the fast ones are busy", () => {
  const test = makeBoard(weighted([1, 1]));
  test.rows[0]?.observeLatency(40, NOW);
  test.rows[1]?.observeLatency(5, NOW);
  test.rows[1]?.addInFlight(10);
  const [slow = 0] = count(test);
  assert(slow >= 990, `${slow}`);
});

Deno.test("PowerOfTwo tries a backend again some time after it was slow", () => {
  const test = makeBoard(weighted([1, 1]));
  test.rows[0]?.observeLatency(500, NOW);
  test.rows[1]?.observeLatency(2, NOW);
  assert((count(test, NOW + 1000)[0] ?? 1000) <= 10);
  test.rows[1]?.observeLatency(2, NOW + 60_000);
  assert((count(test, NOW + 60_000)[0] ?? 0) > 400);
});

Deno.test("PowerOfTwo makes no difference of latencies below 5 milliseconds", () => {
  const test = makeBoard(weighted([1, 1]));
  test.rows[0]?.observeLatency(4.9, NOW);
  test.rows[1]?.observeLatency(0.1, NOW);
  assert((count(test)[0] ?? 0) > 400);
});
