/** How soon a lost worker is replaced. */
import { assert } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { TROUBLE } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { childrenOf } from "../../helpers/process.ts";
import { type Server, startServer } from "../../helpers/server.ts";

/** Starts a server; also returns how many seconds replacing a worker may take on this machine. */
async function startTimed(args: readonly string[]): Promise<[server: Server, limit: number]> {
  const started = performance.now();
  const server = await startServer(args);
  return [server, 1 + secondsSince(started)];
}

function secondsSince(time: number): number {
  return (performance.now() - time) / 1000;
}

Deno.test("after kill -9 of a forked child another is ready within a second", async () => {
  const [starting, limit] = await startTimed([...workers("forked"), ...TROUBLE]);
  await using server = starting;
  const [victim = 0] = childrenOf(server.pid);
  const killed = performance.now();
  Deno.kill(victim, "SIGKILL");
  const outage = Number((await server.logged("Worker started"))["sluice.outage.duration"]);
  assert(outage < limit, `replacing the worker took ${outage} s, the limit is ${limit} s`);
  const seconds = secondsSince(killed);
  assert(seconds < limit + 0.5, `noticing and replacing took ${seconds} s`);
});

const TIMEOUT = 2;

for (const mode of ["threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: a worker that hangs is replaced within a second of --worker-timeout`, async () => {
    const [starting, limit] = await startTimed([
      ...[...workers(mode), "--min-threads", "2", "--max-threads", "2"],
      ...[...TROUBLE, "--worker-timeout", `${TIMEOUT}s`],
    ]);
    await using server = starting;
    using client = await Client.connect(server);
    const began = performance.now();
    await client.send("loop\n");
    await server.logged("Worker started");
    const seconds = secondsSince(began);
    // The last heartbeat may have come up to half a second before the loop began.
    assert(seconds >= TIMEOUT - 0.5, `the worker was replaced after only ${seconds} s`);
    assert(seconds < TIMEOUT + limit, `replacing the worker took ${seconds} s`);
  });
}
