/** The hooks `start(context)` and `stop(context)` of handlers, on whole servers. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeForeignHandler, makeHandler } from "../helpers/handlers.ts";
import { testEachMode, testEachPlace, workers } from "../helpers/modes.ts";
import { runMain, type Server, startServer } from "../helpers/server.ts";
import { ask } from "../helpers/talk.ts";
import { until } from "../helpers/until.ts";

/** Logs its hooks with the number of the lane; answers each line with lane and mode. */
const SOURCE = `
let isStarted = false;
export default {
  async start({ log, lane, mode }) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    isStarted = true;
    log.info("Hook started", { lane, mode });
  },
  async stop({ log, lane }) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    log.info("Hook stopped", { lane });
  },
  framing: { type: "lines" },
  async handle(line, { log, lane, mode, draining }) {
    if (line === "slow") {
      log.info("Slow began");
      await new Promise((resolve) => draining.onabort = resolve);
      await new Promise((resolve) => setTimeout(resolve, 100));
      log.info("Slow done");
    }
    return [isStarted, lane, mode].join(" ");
  },
};`;

/** The lanes that logged a message, in order. */
function lanesOf(server: Server, message: string): readonly number[] {
  return server.records(message).map((record) => Number(record["lane"]));
}

testEachMode(
  "a handler is started once in each worker before it serves, and stopped after its last client",
  async ({ name, args }) => {
    await using handler = await makeHandler(SOURCE);
    await using server = await startServer(args(...handler.args));
    using client = await Client.connect(server);
    await client.send("slow\n");
    await server.logged("Slow began");
    server.kill("SIGTERM");
    const answer = await client.receiveAll();
    const [, lane = ""] = /^true (\d+) (\w+)\n$/.exec(answer) ?? [];
    assertEquals(answer, `true ${lane} ${name}\n`);
    assertEquals(await server.exited, 0);
    const started = lanesOf(server, "Hook started");
    const stopped = lanesOf(server, "Hook stopped");
    assert(started.includes(Number(lane)) && stopped.includes(Number(lane)), `lane ${lane}`);
    assertEquals(new Set(started).size, started.length, "a worker was started twice");
    assertEquals(new Set(stopped).size, stopped.length, "a worker was stopped twice");
    // A thread that is still starting when the server stops is killed.
    if (name !== "threaded") assertEquals([...stopped].sort(), [...started].sort());
    const messages = server.log.filter((line) => Number(line["lane"] ?? lane) === Number(lane))
      .map(({ message }) => message).filter((message) => /^(Hook|Slow)/.test(message));
    assertEquals(messages, ["Hook started", "Slow began", "Slow done", "Hook stopped"]);
  },
);

testEachPlace("a start that fails fails the server, in one line", async ({ args }) => {
  await using handler = await makeHandler(`export default {
    async start() { throw new Error("no database\\nat all"); },
    serve() {},
  };`);
  const { code, stderr } = await runMain(args(...handler.args, "--port", "0"));
  assertEquals(code, 78);
  assertMatch(
    stderr,
    /^sluice: Cannot use the handler ".*": its start failed: no database[^\n]*\n$/,
  );
});

for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: a start that fails fails the reload, and a reload stops the old workers`, async () => {
    await using handler = await makeHandler(SOURCE);
    await using server = await startServer([...workers(mode), ...handler.args]);
    const count = mode === "async" ? 1 : 2;
    await until("all are started", () => lanesOf(server, "Hook started").length >= count);
    const old = [...lanesOf(server, "Hook started")].sort();
    assertEquals(old.length, count);
    await Deno.writeTextFile(
      handler.path,
      SOURCE.replace("isStarted = true", `throw new Error("no database")`),
    );
    server.kill("SIGHUP");
    const { message } = await server.logged("Cannot reload");
    assertMatch(
      message,
      /the old workers keep serving: .*: its start failed: no database at .*:6:11: throw/,
    );
    assertMatch(await ask(server, "x"), /^true \d+ \w+$/);
    assertEquals(lanesOf(server, "Hook stopped"), []);
    await Deno.writeTextFile(handler.path, SOURCE);
    server.kill("SIGHUP");
    await server.logged("Reloaded");
    await until(
      "the old workers are stopped",
      () => lanesOf(server, "Hook stopped").length === old.length,
    );
    assertEquals([...lanesOf(server, "Hook stopped")].sort(), old);
  });

  Deno.test(`--mode ${mode}: a stop that throws is logged, and the server still ends well`, async () => {
    await using handler = await makeHandler(`export default {
      stop() { throw new Error("not closed"); },
      serve() {},
    };`);
    await using server = await startServer([...workers(mode, 1), ...handler.args]);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    const [record, ...others] = server.records("Stop failed: the handler threw");
    assertEquals([record?.["exception.message"], others], ["not closed", []]);
  });

  Deno.test(`--mode ${mode}: a handler leases from a pool, which is closed after its stop`, async () => {
    await using handler = await makeForeignHandler(`
      let numbers;
      export default {
        start({ pool, log }) {
          numbers = pool("numbers", { create: () => 7, destroy: () => log.info("Closed"), max: 1 });
        },
        stop: ({ log }) => log.info("Hook stopped"),
        framing: { type: "lines" },
        async handle() {
          using lease = await numbers.acquire();
          return String(lease.resource);
        },
      };`);
    await using server = await startServer([...workers(mode, 1), ...handler.args]);
    assertEquals(await ask(server, "x"), "7");
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    const messages = server.records(({ message }) => /^(Hook stopped|Closed)$/.test(message));
    assertEquals(messages.map(({ message }) => message), ["Hook stopped", "Closed"]);
  });

  Deno.test(`--mode ${mode}: pools are closed, even if stop throws`, async () => {
    await using handler = await makeHandler(`export default {
      async start({ pool, log }) {
        const options = { create: () => 1, destroy: () => log.info("Resource destroyed"), max: 1 };
        (await pool("test", options).acquire())[Symbol.dispose]();
      },
      stop() { throw new Error("not closed"); },
      serve() {},
    };`);
    await using server = await startServer([...workers(mode, 1), ...handler.args]);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals(server.records("Stop failed: the handler threw").length, 1);
    assertEquals(server.records("Resource destroyed").length, 1);
  });

  Deno.test(`--mode ${mode}: a stop that never ends is cut short by --graceful-timeout`, async () => {
    await using handler = await makeHandler(`export default {
      stop: () => new Promise(() => {}),
      serve() {},
    };`);
    const args = [...workers(mode, 1), ...handler.args, "--graceful-timeout", "500ms"];
    await using server = await startServer(args);
    server.kill("SIGTERM");
    await server.exited;
    assertEquals(server.records("Stop cut short").length, 1);
  });

  Deno.test(`--mode ${mode}: a handler dials in its start, keeps the connection, and dials in its stop`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using handler = await makeHandler(`
      const address = "127.0.0.1:${listener.addr.port}";
      let upstream;
      export default {
        async start({ dial }) {
          upstream = await dial(address);
          await upstream.write("hello ");
        },
        async stop({ dial }) {
          await using last = await dial(address);
          await last.write("bye ");
        },
        framing: { type: "lines" },
        handle: async (line) => void await upstream.write(line + " "),
      };`);
    const received = { text: "" };
    const accepting = accept(listener, received, 2);
    await using server = await startServer([...workers(mode, 1), ...handler.args]);
    using client = await Client.connect(server);
    await client.send("line\n");
    await until("the line is passed on", () => received.text === "hello line ");
    client.close();
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    await accepting;
    assertEquals(received.text, "hello line bye ");
  });
}

/** Accepts some connections, and collects what they send. */
async function accept(
  listener: Deno.TcpListener,
  received: { text: string },
  count: number,
): Promise<void> {
  const reading: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const conn = await listener.accept();
    reading.push((async () => {
      for await (const text of conn.readable.pipeThrough(new TextDecoderStream())) {
        received.text += text;
      }
    })());
  }
  await Promise.all(reading);
}
