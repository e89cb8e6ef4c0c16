/** A server that stalls for a second, seen by the open and by the closed model of load. */
import { assert, assertEquals } from "@std/assert";
import type { Latency } from "../../src/load/load.ts";
import { runMain, startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";

/** Of the load, in seconds. */
const DURATION = 10;
/** In milliseconds of processor time; on one event loop nothing else is done meanwhile. */
const STALL = 1000;
/** Requests a second: of those in ten seconds a tenth are due while the server stalls. */
const RATE = 1000;
/** More clients than this rate needs at once, and few beside the requests of the closed model. */
const CLIENTS = 50;

/** Loads a server, and stalls it in the middle; no request may fail. */
async function loadWithStall(
  args: readonly string[],
): Promise<{ readonly requests: number; readonly latency: Latency }> {
  await using status = await statusFile();
  await using server = await startServer(["--mode", "async", "--lab", ...status.args]);
  const address = `http://127.0.0.1:${server.port}`;
  const load = runMain([
    ...["load", `${address}/`, "--duration", `${DURATION}s`, "--connections", String(CLIENTS)],
    ...["--json", "-", ...args],
  ]);
  await status.says("load has begun", ({ totals }) => totals.requests > RATE);
  const stall = await fetch(`${address}/work?cpu_ms=${STALL}`);
  assertEquals(await stall.text(), `Worked ${STALL} ms, waited 0 ms`);
  const { code, stdout, stderr } = await load;
  assertEquals([code, stderr], [0, ""]);
  const result = JSON.parse(stdout);
  assertEquals(result.errors, {});
  return result;
}

Deno.test("the open model shows a stall of the server in its p99", async () => {
  const { requests, latency } = await loadWithStall(["--rate", String(RATE)]);
  assert(Math.abs(requests - RATE * DURATION) <= RATE / 10, `${requests} answers`);
  // A tenth of all requests waited up to a second: the slowest tenth of these more than 900 ms.
  assert(latency.p99 >= 0.7 * STALL, JSON.stringify(latency));
  assert(latency.max >= 0.9 * STALL);
});

Deno.test("the closed model hides a stall of the server: only its max tells", async () => {
  const { latency } = await loadWithStall([]);
  assert(latency.p99 < 0.2 * STALL, JSON.stringify(latency));
  assert(latency.max >= 0.9 * STALL);
});
