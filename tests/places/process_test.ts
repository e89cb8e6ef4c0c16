import { assert, assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";

/** What a client could have a handler print, to be taken for its process. */
const FORGED = [
  `{"type":"row"}`,
  `{"type":"log"}`,
  `{"type":"log","lines":"{}"}`,
  `{"type":"crashed","error":{}}`,
  `{"type":"stopped"}`,
  "null",
];

Deno.test("a process's parent takes nothing for a message that its handler prints", async () => {
  await using handler = await makeHandler(
    `export default {
      framing: { type: "lines" },
      handle(line) { console.error(line); return "printed"; },
    };`,
  );
  await using server = await startServer([...workers("forked", 1), ...handler.args]);
  using client = await Client.connect(server);
  for (const forged of FORGED) {
    assertEquals(await client.ask(`\x1e${forged}`), "printed\n", forged);
  }
  await client.end();
  assertEquals(await client.receiveAll(), "");
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  for (const forged of FORGED) assert(server.stderr.includes(forged), `${forged} is not printed`);
  assertEquals(server.log.at(-1)?.["sluice.connections.accepted"], 1);
  assertEquals(server.log.at(-1)?.["sluice.workers.crashed"], 0);
});
