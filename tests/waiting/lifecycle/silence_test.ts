/** Who counts as silent after the event loop was blocked: not a client whose bytes wait to be read. */
import { assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";

/** Answers lines; after "block" and an answer, it blocks the event loop. */
const SOURCE = `export default {
  async serve(connection) {
    for (let line; (line = await connection.readLine(100)) !== null;) {
      await connection.write(line + "\\n");
      if (line !== "block") continue;
      for (const end = performance.now() + 3000; performance.now() < end;);
      await connection.write("blocked\\n");
    }
  },
};`;

// The timers of threads are others than those of the main thread.
for (const mode of ["async", "pooled"]) {
  Deno.test(`--mode ${mode}: what arrives in time while a handler blocks is read before --idle-timeout`, async () => {
    await using handler = await makeHandler(SOURCE);
    const args = [...workers(mode, 1), ...handler.args, "--idle-timeout", "2s"];
    await using server = await startServer(args);
    using blocking = await Client.connect(server);
    using client = await Client.connect(server);
    assertEquals(await client.ask("a"), "a\n");
    assertEquals(await blocking.ask("block"), "block\n");
    assertEquals(await client.ask("b"), "b\n");
    assertEquals(await blocking.receiveUntil("\n"), "blocked\n");
  });
}
