/** A server that stalls for a second, under the open and the closed model of load. */
import { assert, assertEquals } from "@std/assert";
import type { Latency } from "../../src/load/load.ts";
import { runMain, startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";

/** The duration of the load, in seconds. */
const DURATION = 10;
/** Milliseconds of CPU time, which block the only event loop. */
const STALL = 1000;
/** Requests per second; a tenth of those in ten seconds are due during the stall. */
const RATE = 1000;
/** More clients than the rate needs, but few compared with the requests of the closed model. */
const CLIENTS = 50;

/** Loads a server and stalls it in between; no request may fail. */
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

Deno.test("the open model shows a stall in its p99, and the closed model hides it", async () => {
  // One after another: the closed model takes all of the machine that it gets.
  const open = await loadWithStall(["--rate", String(RATE)]);
  const closed = await loadWithStall([]);
  // Those of the last moments may be on their way when it ends.
  const missing = RATE * DURATION - open.requests;
  assert(missing >= -RATE / 10 && missing <= 2 * RATE, `${open.requests} answers`);
  // A tenth of all requests waited up to a second, and a tenth of these for more than 900 ms.
  assert(open.latency.p99 >= 0.7 * STALL, JSON.stringify(open.latency));
  assert(open.latency.max >= 0.9 * STALL);
  assert(closed.latency.p99 < 0.2 * STALL, JSON.stringify(closed.latency));
  assert(closed.latency.max >= 0.9 * STALL, "only its slowest requests show it");
});
