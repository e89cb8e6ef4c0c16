import { assert, assertEquals } from "@std/assert";
import { Random } from "../../src/load/random.ts";
import { RetryBudget } from "../../src/upstream/retry_budget.ts";

const LIMITS = { share: 0.2, perSecond: 3 };

/** How many retries there are at a time, of 1000 wanted. */
function retries(budget: RetryBudget, now: number): number {
  return Array.from({ length: 1000 }, () => budget.retry(now)).filter((isAllowed) => isAllowed)
    .length;
}

Deno.test("RetryBudget allows a few retries without requests, and then no more for ten seconds", () => {
  const budget = new RetryBudget(LIMITS, 5000);
  assertEquals(retries(budget, 5000), 30);
  assertEquals(retries(budget, 14_999), 0);
  assertEquals(retries(budget, 15_000), 30);
});

Deno.test("RetryBudget allows a share of the requests of the last ten seconds", () => {
  const budget = new RetryBudget({ share: 0.2, perSecond: 0 }, 0);
  for (let count = 0; count < 100; count++) budget.request(0);
  assertEquals(retries(budget, 5000), 20);
  for (let count = 0; count < 50; count++) budget.request(9999);
  assertEquals(retries(budget, 9999), 10);
  // The first 100 requests are forgotten before their retries are.
  assertEquals(retries(budget, 10_000), 0);
  assertEquals(retries(budget, 60_000), 0);
});

Deno.test("RetryBudget with nothing to give allows no retries", () => {
  const budget = new RetryBudget({ share: 0, perSecond: 0 }, 0);
  for (let count = 0; count < 100; count++) budget.request(0);
  assertEquals(retries(budget, 0), 0);
});

Deno.test("RetryBudget agrees with a naive model at random times, long pauses included", () => {
  const random = new Random(3);
  let now = 123_456;
  const budget = new RetryBudget(LIMITS, now);
  const requests: number[] = [];
  const taken: number[] = [];
  const refused: number[] = [];
  const recent = (times: readonly number[]) =>
    times.filter((time) => Math.floor(time / 1000) > Math.floor(now / 1000) - 10).length;
  for (let step = 0; step < 5000; step++) {
    now += random.below(1000) === 0 ? random.below(30_000) : random.below(20);
    if (random.percent(60)) {
      budget.request(now);
      requests.push(now);
    } else {
      const isAllowed = recent(taken) + 1 <= 0.2 * recent(requests) + 30;
      assertEquals(budget.retry(now), isAllowed, `${step}`);
      (isAllowed ? taken : refused).push(now);
    }
  }
  assert(taken.length > 0 && refused.length > 0);
});
