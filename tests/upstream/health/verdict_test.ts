import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Random } from "../../../src/load/random.ts";
import { type CheckResult, failed, OK } from "../../../src/upstream/health/result.ts";
import {
  type Health,
  type HealthState,
  judge,
  unchecked,
} from "../../../src/upstream/health/verdict.ts";

const BAD = failed("connection refused");
const LEAVING: CheckResult = { kind: "drain", reason: "status 503 with Retry-After" };
const RULES = { rise: 2, fall: 3 };

/** The health after these results, the first at time 1, the second at 2 and so on. */
function after(results: readonly CheckResult[], start: HealthState, rules = RULES): Health {
  return results.reduce(
    (health, result, index) => judge(health, result, rules, index + 1),
    unchecked(start, null, 0),
  );
}

Deno.test("judge() decides by the first check alone", () => {
  assertEquals(after([OK], "down").verdict, { state: "up", reason: null, since: 1 });
  const down = { state: "down", reason: "connection refused", since: 1 };
  assertEquals(after([BAD], "up").verdict, down);
  // It was only taken to be down before, and for another reason.
  assertEquals(after([BAD], "down").verdict, down);
  assertEquals(after([OK], "up").verdict, { state: "up", reason: null, since: 0 });
});

Deno.test("judge() needs `fall` failures in a row, and then `rise` successes", () => {
  assertEquals(after([OK, BAD, BAD], "up").verdict.state, "up");
  assertEquals(after([OK, BAD, BAD, BAD], "up").verdict.since, 4);
  assertEquals(after([OK, BAD, BAD, BAD, OK], "up").verdict.state, "down");
  assertEquals(after([OK, BAD, BAD, BAD, OK, OK], "up").verdict.state, "up");
});

Deno.test("judge() begins a new streak with an opposite result", () => {
  assertEquals(after([OK, BAD, BAD, OK, BAD, BAD], "up").verdict.state, "up");
  assertEquals(after([BAD, OK, BAD, OK, BAD, OK], "up").verdict.state, "down");
});

Deno.test("judge() drains at once when asked, and until `rise` successes", () => {
  assertEquals(after([OK, LEAVING], "up").verdict.state, "draining");
  assertEquals(after([BAD, LEAVING], "up").verdict.state, "draining");
  assertEquals(after([OK, LEAVING, OK, LEAVING, OK], "up").verdict.state, "draining");
  assertEquals(after([OK, LEAVING, OK, OK], "up").verdict.state, "up");
  assertEquals(after([OK, LEAVING, BAD, BAD], "up").verdict.state, "draining");
  assertEquals(after([OK, LEAVING, BAD, BAD, BAD], "up").verdict.state, "down");
});

Deno.test("judge() keeps the verdict, its reason and its time until the state changes", () => {
  const down = after([BAD], "up");
  const still = judge(down, failed("no answer"), RULES, 2);
  assertStrictEquals(still.verdict, down.verdict);
  assertEquals([still.last, still.streak], [failed("no answer"), 2]);
});

/** The state after the last result, from the rules alone: what began the present state. */
function naiveState(
  results: readonly CheckResult[],
  start: HealthState,
  { rise, fall }: typeof RULES,
): HealthState {
  for (let count = results.length; count > 0; count--) {
    const kind = results[count - 1]?.kind;
    const needed = count === 1 || kind === "drain" ? 1 : kind === "ok" ? rise : fall;
    const row = results.slice(Math.max(0, count - needed), count);
    if (row.length < needed || row.some((result) => result.kind !== kind)) continue;
    return kind === "ok" ? "up" : kind === "drain" ? "draining" : "down";
  }
  return start;
}

Deno.test("judge() agrees with a naive model on random results", () => {
  const random = new Random(20_261_129);
  const seen = new Set<string>();
  for (let round = 0; round < 2000; round++) {
    const rules = { rise: random.pick([1, 2, 3, 5]), fall: random.pick([1, 2, 3, 5]) };
    const start = random.pick<HealthState>(["up", "down"]);
    // Rows of the same result, or long ones would never occur.
    const results = Array.from({ length: 12 }, () => random.pick([OK, OK, BAD, BAD, LEAVING]))
      .flatMap((result) => Array.from({ length: random.pick([1, 1, 2, 3, 5]) }, () => result));
    for (let count = 0; count <= results.length; count++) {
      const some = results.slice(0, count);
      const { state } = after(some, start, rules).verdict;
      assertEquals(state, naiveState(some, start, rules), `${JSON.stringify({ rules, some })}`);
      seen.add(state);
    }
  }
  assert(seen.size === 3);
});
