import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { FORGED as FORGED_MESSAGES } from "../helpers/forged_messages.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { isAlive } from "../helpers/process.ts";
import { startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

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
      handle(line) {
        Deno.stderr.writeSync(new TextEncoder().encode(line + "\\n"));
        return "printed";
      },
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
  for (const line of lines) {
    assert(/ "(x+)" \d+-\d+-\d+$/.exec(line)?.[1] === agent, "a line is incomplete");
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("process() notices a crash while a program that the handler has started lives on", async () => {
  await using handler = await makeHandler(
    `export default {
      framing: { type: "lines" },
      handle(line) {
        if (line === "end") Deno.kill(Deno.pid, "SIGKILL");
        return String(new Deno.Command("sleep", { args: ["60"] }).spawn().pid);
      },
    };`,
  );
  await using server = await startServer([...workers("forked", 1), ...handler.args]);
  using client = await Client.connect(server);
  const pid = Number(await client.ask("start"));
  await client.send("end\n");
  const record = await server.logged("Worker crashed");
  assertMatch(String(record["exception.message"]), /^Process \d+ was killed by SIGKILL$/);
  await server.logged("Worker started");
  assert(isAlive(pid), "the program has ended");
  Deno.kill(pid, "SIGKILL");
});

/** Writes a line as its process does, with the word that marks messages if it can find that. */
const FORGING = `
  const words = [];
  const { write } = Deno.stdout;
  Deno.stdout.write = (bytes) => {
    // Every message of the lane begins so.
    const found = /\\x1e([0-9a-f-]{36})\\{/.exec(new TextDecoder().decode(bytes));
    if (found !== null) words.push(found[1]);
    return write.call(Deno.stdout, bytes);
  };
  export default {
    framing: { type: "lines", limit: 100_000 },
    handle(line) {
      if (line === "arguments") return Deno.args.join(" ") + Deno.readTextFileSync("/proc/self/cmdline");
      Deno.stdout.writeSync(new TextEncoder().encode("\\x1e" + words.at(-1) + line + "\\n"));
      return "sent";
    },
  };`;

Deno.test("process() gives its word away neither by its arguments nor by its command line", async () => {
  await using handler = await makeHandler(FORGING);
  await using server = await startServer([...workers("forked", 1), ...handler.args]);
  using client = await Client.connect(server);
  const told = await client.ask("arguments");
  assert(told.includes("--lane-of-parent"), told);
  assertEquals(/[0-9a-f]{8}-[0-9a-f]{4}-/.exec(told), null);
});

Deno.test("process() replaces a lane whose handler forges a message, and no more than that", async () => {
  await using handler = await makeHandler(FORGING);
  await using server = await startServer([...workers("forked", 1), ...handler.args]);
  for (const [i, forged] of FORGED_MESSAGES.entries()) {
    using client = await Client.connect(server);
    await client.send(`${forged}\n`);
    const crashes = () => server.records("Worker crashed");
    await until(`${forged} is noticed`, () => crashes().length > i);
    assertMatch(String(crashes().at(-1)?.["exception.message"]), /sent an invalid message/);
    await until("there is another worker", () => server.records("Worker started").length > i);
  }
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertEquals(server.log.at(-1)?.["sluice.workers.crashed"], FORGED_MESSAGES.length);
});
