import { assert, assertEquals, assertRejects } from "@std/assert";
import { HttpError } from "../../../src/http/error.ts";
import { Breaker, type Call } from "../../../src/services/http/breaker.ts";
import { until } from "../../helpers/until.ts";

/** A breaker that opens after two failures, and the recorded changes of its circuit. */
function makeBreaker(options: { readonly openFor?: number; readonly deadline?: number } = {}) {
  const changes: unknown[] = [];
  const breaker = new Breaker("Service X", {
    failures: 2,
    openFor: options.openFor ?? 60_000,
    deadline: options.deadline ?? 60_000,
    onChange: (failure) => changes.push(failure),
  });
  const fail = (act: Call<string> = throwing) => failureOf(breaker, act);
  return { breaker, changes, fail };
}

const failure = new Error("out of order");
const throwing: Call<string> = () => {
  throw failure;
};
const succeeding: Call<string> = () => "fine";

async function failureOf(breaker: Breaker, act: Call<string>): Promise<HttpError> {
  return await assertRejects(() => breaker.call(act), HttpError);
}

Deno.test("Breaker.call() returns the service's result, synchronous or not", async () => {
  const { breaker } = makeBreaker();
  assertEquals(await breaker.call(succeeding), "fine");
  assertEquals(await breaker.call(() => Promise.resolve("later")), "later");
});

Deno.test("Breaker.call() turns failures into 503 and opens the circuit after enough in a row", async () => {
  const { breaker, changes, fail } = makeBreaker();
  for (let round = 0; round < 3; round++) {
    const { status, reason, fields } = await fail();
    assertEquals([status, reason], [503, "Service X failed"]);
    assertEquals(fields, [["Retry-After", "1"]]);
    assertEquals(await breaker.call(succeeding), "fine");
  }
  assertEquals(changes, []);
  await fail();
  await fail(() => Promise.reject(failure));
  assertEquals(changes, [failure]);
});

Deno.test("Breaker.call() does not call the service while the circuit is open", async () => {
  const { fail } = makeBreaker({ openFor: 59_001 });
  await fail();
  await fail();
  let calls = 0;
  const { status, reason, fields } = await fail(() => String(++calls));
  assertEquals([status, reason], [503, "Service X is failing: calls are paused"]);
  assertEquals(fields, [["Retry-After", "60"]]);
  assertEquals(calls, 0);
});

Deno.test("Breaker.call() closes the circuit on the first success after the open period", async () => {
  const { breaker, changes, fail } = makeBreaker({ openFor: 20 });
  await fail();
  await fail();
  await until("the service is called again", async () => {
    try {
      return await breaker.call(succeeding) === "fine";
    } catch {
      return false;
    }
  });
  assertEquals(changes, [failure, null]);
  await fail();
  assertEquals(await breaker.call(succeeding), "fine", "one failure does not open it again");
});

Deno.test("Breaker.call() lets one request try a half-open service, refuses others, and reopens if it fails", async () => {
  const { changes, fail } = makeBreaker({ openFor: 20 });
  await fail();
  await fail();
  const trial = Promise.withResolvers<string>();
  let calls = 0;
  const trying: Call<string> = () => {
    calls++;
    return trial.promise;
  };
  let first: Promise<HttpError> | null = null;
  await until("the service is tried", () => {
    const attempt = fail(trying);
    if (calls > 0) first ??= attempt;
    return calls > 0;
  });
  assertEquals((await fail(trying)).status, 503);
  assertEquals(calls, 1);
  trial.reject(failure);
  assert(first !== null);
  await first;
  assertEquals(changes, [failure, failure]);
});

Deno.test("Breaker.call() times out a hanging service with 504, counts a failure, and aborts the signal", async () => {
  const { changes, fail } = makeBreaker({ deadline: 10 });
  const signals: AbortSignal[] = [];
  const hanging: Call<string> = (signal) => {
    signals.push(signal);
    return new Promise<never>(() => {});
  };
  for (let round = 0; round < 2; round++) {
    const { status, reason, fields } = await fail(hanging);
    assertEquals([status, reason], [504, "Service X did not respond within 10 ms"]);
    assertEquals(fields, []);
  }
  assertEquals(signals.map(({ aborted }) => aborted), [true, true]);
  assertEquals(changes.length, 1);
  assertEquals((await fail(hanging)).status, 503);
  assertEquals(signals.length, 2);
});

Deno.test("Breaker.call() passes on an HttpError that the service throws", async () => {
  const { breaker, changes } = makeBreaker();
  const own = new HttpError(502, "no upstream");
  const rejecting: Call<string> = () => Promise.reject(own);
  for (let round = 0; round < 2; round++) assert(await failureOf(breaker, rejecting) === own);
  assertEquals(changes, [own]);
});
