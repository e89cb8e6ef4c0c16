import { assert, assertEquals } from "@std/assert";
import type { Latency, LoadPlan } from "../../../src/load/load.ts";
import { schedulerTimes } from "../../../src/base/cpu_clock.ts";
import { HTTP, runOn } from "../../helpers/load_server.ts";
import type { ServerPlan } from "../../helpers/load_server_worker.ts";

/** A stall, in milliseconds from the first request. */
const STALL = { after: 200, length: 300 };

async function latencyOf(plan: ServerPlan, changes: Partial<LoadPlan>): Promise<Latency> {
  const { result } = await runOn(plan, changes);
  if (result.latency === null) throw new Error("No latency was measured");
  return result.latency;
}

Deno.test("the open model sends requests evenly at its rate", async () => {
  const rate = 200;
  const { result, seen, requests } = await runOn(HTTP, { rate, duration: 600 });
  assertEquals(result.errors, {});
  const due = rate * result.seconds;
  assert(Math.abs(requests - due) <= 1, `${requests} arrived, ${due} were due`);
  const interval = 1000 / rate;
  const arrivals = seen.flatMap(({ requests }) => requests).sort((a, b) => a - b);
  const sinceDue = arrivals.map((at, i) => at - i * interval);
  const soonest = Math.min(...sinceDue);
  const late = sinceDue.map((at) => at - soonest).sort((a, b) => a - b);
  const middle = late[late.length >> 1] ?? Infinity;
  assert(middle < 50, `half were more than ${middle} ms late`);
  const shares = seen.map(({ requests }) => requests.length);
  assert(Math.min(...shares) > 5, `${shares} on each connection`);
});

Deno.test("the open model keeps its rate with a slow server", async () => {
  const rate = 100;
  const { result, requests } = await runOn({ ...HTTP, delay: 80 }, {
    rate,
    // So many that there is always a free one, even if the server stands still.
    connections: 60,
    duration: 500,
  });
  assertEquals(result.errors, {});
  const due = rate * result.seconds;
  assert(Math.abs(requests - due) <= 1, `${requests} arrived, ${due} were due`);
});

Deno.test("the open model keeps its rate with a server that never responds, without spinning", async () => {
  const rate = 200;
  const before = schedulerTimes();
  const { result, requests } = await runOn({ ...HTTP, response: null }, {
    rate,
    connections: 100,
    duration: 200,
  });
  const due = rate * result.seconds;
  const { unanswered = 0 } = result.errors;
  assert(Math.abs(requests - due) <= 1, `${requests} arrived, ${due} were due`);
  assertEquals(unanswered, requests);
  const busy = (schedulerTimes().ran - before.ran) / 1e6;
  assert(busy < 400, `${busy} ms`);
});

Deno.test("the open model keeps its rate from the warm-up on", async () => {
  const rate = 200;
  const { result, requests } = await runOn(HTTP, { rate, warmup: 200, duration: 200 });
  const due = rate * (0.2 + result.seconds);
  assert(requests >= due - 1, `${requests} arrived, ${due} were due`);
  assert(result.requests <= requests * 0.75, `${result.requests} answered`);
});

Deno.test("the open model counts latency from when a request was due, so a stall shows", async () => {
  const latency = await latencyOf({ ...HTTP, stall: STALL }, {
    rate: 500,
    connections: 10,
    duration: 800,
  });
  assert(latency.p99 >= 250, `p99 is ${latency.p99} ms`);
  assert(latency.p90 >= 150, `p90 is ${latency.p90} ms`);
  assert(latency.max >= 290, `the longest took ${latency.max} ms`);
});

Deno.test("the closed model with one connection hides a stall: only one request sees it", async () => {
  const latency = await latencyOf({ ...HTTP, stall: STALL }, { connections: 1, duration: 800 });
  assert(latency.p99 < 100, `p99 is ${latency.p99} ms`);
  assert(latency.max >= 290, `the longest took ${latency.max} ms`);
});
