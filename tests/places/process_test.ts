import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";

/** What a client could make a handler print to impersonate its process. */
const FORGED = [
  `{"type":"row"}`,
  `{"type":"log"}`,
  `{"type":"log","lines":"{}"}`,
  `{"type":"crashed","error":{}}`,
  `{"type":"stopped"}`,
  "null",
];

Deno.test("process() does not mistake the output of a handler for a message", async () => {
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
  for (const forged of FORGED) assert(server.stderr.includes(forged), `${forged} is not passed on`);
  assertEquals(server.log.at(-1)?.["sluice.connections.accepted"], 1);
  assertEquals(server.log.at(-1)?.["sluice.workers.crashed"], 0);
});

Deno.test("a process whose parent reads nothing drops lines, reports it, and keeps serving", async () => {
  const folder = await Deno.makeTempDir();
  const logs = ["--access-log", `${folder}/access`, "--log-max-size", "1gb"];
  await using server = await startServer([...workers("forked", 1), ...logs]);
  const agent = "x".repeat(15_000);
  const request = `GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: ${agent}\r\n\r\n`;
  using client = await Client.connect(server);
  server.kill("SIGSTOP");
  // More than fits into the queue and the pipe.
  const count = 2000;
  for (let i = 0; i < count; i++) {
    await client.send(request);
    assertMatch(await client.receiveUntil("Hello, World!"), /^HTTP\/1\.1 200 /);
  }
  server.kill("SIGCONT");
  const { "sluice.messages.dropped": dropped } = await server.logged("Messages of a worker");
  assert(Number(dropped) > 0);
  client.close();
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  const lines = (await Deno.readTextFile(`${folder}/access`)).split("\n").slice(0, -1);
  assert(lines.length > 1000 && lines.length < count, `${lines.length} lines`);
  for (const line of lines) assert(line.endsWith(`"${agent}"`), "a line is incomplete");
  await Deno.remove(folder, { recursive: true });
});
