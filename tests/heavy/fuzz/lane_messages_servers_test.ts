/** Fuzzing the messages of lanes in real threads and processes, whose handlers forge them. */
import { assertEquals } from "@std/assert";
import type { Random } from "../../../src/load/random.ts";
import { fuzz } from "../../helpers/fuzz.ts";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { messageText } from "../../helpers/message_mutations.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { until } from "../../helpers/until.ts";

/** Asks until a worker answers: the one that was asked may have been replaced just then. */
async function answers(server: Server, line: string): Promise<void> {
  await until("a worker answers", async () => {
    try {
      using client = await Client.connect(server);
      return await client.ask(line) !== "";
    } catch {
      return false;
    }
  });
}

async function send(server: Server, line: string): Promise<void> {
  try {
    using client = await Client.connect(server);
    await client.ask(line);
  } catch { // The worker was killed.
  }
}

async function stop(server: Server): Promise<void> {
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
}

/** Writes lines with the word of its process: to the parent, or to its own lane. */
const FORGING = `
  let word = "";
  const { write } = Deno.stdout;
  Deno.stdout.write = (bytes) => {
    const found = /\\x1e([0-9a-f-]{36})\\{/.exec(new TextDecoder().decode(bytes));
    if (found !== null) word = found[1];
    return write.call(Deno.stdout, bytes);
  };
  export default {
    framing: { type: "lines", limit: 2_000_000 },
    handle(line) {
      const bytes = new TextEncoder().encode("\\x1e" + word + line.slice(1) + "\\n");
      if (line.startsWith(">")) Deno.stdout.writeSync(bytes);
      if (line.startsWith("!")) Deno.stderr.writeSync(bytes);
      if (line.startsWith("<")) {
        using own = Deno.openSync("/proc/self/fd/0", { write: true });
        own.writeSync(bytes);
      }
      return "done";
    },
  };`;

Deno.test("a server outlives whatever its processes send in either direction", async () => {
  await using handler = await makeHandler(FORGING);
  const args = [...workers("forked", 3), "--retire-timeout", "1s", ...handler.args];
  await using server = await startServer(args);
  await fuzz("messages of processes", 60, async (random) => {
    await send(
      server,
      random.pick<() => string>([
        () => `<${messageText(random)}`,
        () => `<{"type":"${random.pick(["stopAccepting", "retire", "drain", "open", "none"])}"}`,
        () => `!${harmless(random, messageText)}`,
        // What is no JSON is output, and would stand in the log on standard output.
        () => `>${harmless(random, json)}`,
      ])(),
    );
    await answers(server, "hello");
  });
  await stop(server);
});

/** Posts on every channel that a thread has, and corrupts what its lane sends. */
const CORRUPTING = `
  export default {
    framing: { type: "lines", limit: 2_000_000 },
    async handle(line, context) {
      const value = JSON.parse(line.slice(1));
      switch (line[0]) {
        case "p": self.postMessage(value); break;
        case "s": await context.shared(value, value); break;
        case "e": setTimeout(() => { throw Object.assign(new Error("x"), value); }); break;
        case "l": context.log.info(value, value); break;
        case "c": new BroadcastChannel("x").postMessage(value); break;
        case "d": self.dispatchEvent(new MessageEvent("message", { data: value })); break;
      }
      return "done";
    },
  };`;

for (const flags of [[], ["--sandbox"]]) {
  Deno.test(`a server outlives whatever its threads send: ${flags.join() || "no sandbox"}`, async () => {
    await using handler = await makeHandler(CORRUPTING);
    await using server = await startServer([...workers("pooled", 3), ...flags, ...handler.args]);
    await fuzz(`messages of threads ${flags.join()}`, 100, async (random) => {
      await send(server, random.pick(["p", "s", "e", "l", "c", "d"]) + json(random));
      await answers(server, '-"hello"');
    });
    await stop(server);
  });
}

/** No lines for the log, which the test reads as records. */
function harmless(random: Random, make: (random: Random) => string): string {
  for (;;) {
    const text = make(random);
    if (!text.includes("log")) return text;
  }
}

/** A message as text that is certainly JSON. */
function json(random: Random): string {
  for (;;) {
    const text = messageText(random);
    try {
      JSON.parse(text);
      return text;
    } catch { // Mutated too much.
    }
  }
}
