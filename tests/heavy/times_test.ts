/** Times that a machine with much else to do cannot keep. */
import { assert } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { TROUBLE } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { childrenOf } from "../helpers/process.ts";
import { type Server, startServer } from "../helpers/server.ts";

/** Seconds without the worker that was replaced first, by the server's own account. */
async function outage(server: Server): Promise<number> {
  return Number((await server.logged("Worker started"))["sluice.outage.duration"]);
}

Deno.test("after kill -9 of a forked child another is ready within a second", async () => {
  await using server = await startServer([...workers("forked"), ...TROUBLE]);
  const [victim = 0] = childrenOf(server.pid);
  const killed = performance.now();
  Deno.kill(victim, "SIGKILL");
  const seconds = await outage(server);
  assert(seconds < 1, `it took ${seconds} s`);
  assert(performance.now() - killed < 1500, "it was not seen at once");
});

for (const mode of ["threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: instead of a worker that hangs another is ready within a second of --worker-timeout`, async () => {
    await using server = await startServer([
      ...[...workers(mode), "--min-threads", "2", "--max-threads", "2"],
      ...[...TROUBLE, "--worker-timeout", "2s"],
    ]);
    using client = await Client.connect(server);
    await client.send("loop\n");
    const started = performance.now();
    await outage(server);
    const seconds = (performance.now() - started) / 1000;
    assert(seconds >= 1.5 && seconds < 3, `it took ${seconds} s`);
  });
}
