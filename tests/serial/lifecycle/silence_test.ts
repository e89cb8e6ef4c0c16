/** Who counts as silent after the event loop was blocked: not a client whose bytes wait to be read. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../../helpers/client.ts";
import { TROUBLE } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";

// The timers of threads are others than those of the main thread.
for (const mode of ["async", "pooled"]) {
  Deno.test(`--mode ${mode}: what arrives in time while a handler blocks is read before --idle-timeout`, async () => {
    const args = [...workers(mode, 1), ...TROUBLE, "--idle-timeout", "1s"];
    await using server = await startServer(args);
    using blocking = await Client.connect(server);
    using client = await Client.connect(server);
    assertEquals(await client.ask("a"), "a 1\n");
    await blocking.send("block 3000\n");
    // The handler has begun to block by then.
    await delay(100);
    assertEquals(await client.ask("b"), "b 2\n");
    assertEquals(await blocking.receiveUntil("\n"), "blocked\n");
  });
}
