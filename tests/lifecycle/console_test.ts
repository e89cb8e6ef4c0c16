/** What a handler prints with `console`: records of the log, in every mode. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { ask, askAlone } from "../helpers/http_client.ts";
import { testEachMode, testEachPlace, workers } from "../helpers/modes.ts";
import { type LogLine, startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

/** Prints at each level, before and after an `await`. */
const HANDLER = `
  console.log("loading", { a: 1 });
  import nodeConsole from "node:console";
  export default { async fetch(request) {
    const { pathname } = new URL(request.url);
    console.log("early", pathname);
    await new Promise((resolve) => setTimeout(resolve, 20));
    nodeConsole.info("late", pathname);
    console.warn("careful");
    console.error(new TypeError("no"));
    return new Response("ok");
  } };`;

/** Prints only when it has waited. */
const LATE = `export default { async fetch(request) {
  await request.text();
  await new Promise((resolve) => setTimeout(resolve, 20));
  console.log("late");
  await new Promise((resolve) => setTimeout(resolve, 200));
  console.log("later");
  return new Response("ok");
} };`;

const idOf = (line: LogLine) => line["sluice.request.id"];

testEachPlace("console.* becomes records with level, worker and request", async ({ args }) => {
  await using handler = await makeHandler(HANDLER);
  // startServer() fails on any line that is not JSON.
  await using server = await startServer(args(...handler.args));
  const loading = await server.logged("loading { a: 1 }");
  assertEquals([loading["severity"], typeof loading["sluice.worker"]], ["INFO", "number"]);
  const { status } = await askAlone(server, "GET", "/one");
  assertEquals(status, 200);
  const early = await server.logged("early /one");
  assertMatch(String(idOf(early)), /^\d+-\d+-1$/);
  assertEquals(early["log.iostream"], "stdout");
  const late = await server.logged("late /one");
  assertEquals([idOf(late), late["sluice.worker"]], [idOf(early), early["sluice.worker"]]);
  const warning = await server.logged("careful");
  assertEquals([warning["severity"], warning["log.iostream"]], ["WARN", "stderr"]);
  const error = await server.logged("TypeError: no");
  assertEquals(error["severity"], "ERROR");
  assertEquals(error["sluice.code.source"], '    console.error(new TypeError("no"));');
  const frames = error.message.split("\n").slice(1);
  assert(frames.length > 0 && frames.every((line) => line.includes(handler.path)), error.message);
  assertEquals(server.stderr, "");
});

testEachPlace(
  "console.* has the id of the first request, too, which nobody followed",
  async ({ args }) => {
    await using handler = await makeHandler(LATE);
    await using server = await startServer(args(...handler.args));
    const { status } = await askAlone(server, "GET", "/");
    assertEquals(status, 200);
    for (const message of ["late", "later"]) {
      const line = await server.logged((line) => line.message === message);
      assertMatch(String(idOf(line)), /^\d+-\d+-1$/);
    }
  },
);

testEachMode("console.* names the right one of many requests", async ({ args, clients }) => {
  await using handler = await makeHandler(HANDLER);
  await using server = await startServer(args(...handler.args));
  await askAlone(server, "GET", "/first");
  await server.logged("late /first");
  const names = Array.from({ length: Math.min(clients, 10) }, (_, i) => `/${i}`);
  await Promise.all(names.map((name) => askAlone(server, "GET", name)));
  for (const name of names) {
    const [early, late] = [
      await server.logged(`early ${name}`),
      await server.logged(`late ${name}`),
    ];
    assertEquals(idOf(late), idOf(early));
  }
  assertEquals(
    new Set(names.map((name) => server.records(`late ${name}`).map(idOf).join())).size,
    names.length,
  );
});

const SHAPES: Readonly<Record<string, string>> = {
  serve: `async serve(connection) {
    for (let line; (line = await connection.readLine(100)) !== null;) {
      console.log(line);
      await connection.write(line + "\\n");
    }
  }`,
  protocol: `protocol: () => {
    let transport;
    return {
      connectionMade(made) { transport = made; },
      async dataReceived(data) {
        console.log(new TextDecoder().decode(data).trim());
        transport.write(data);
      },
    };
  }`,
  handle: `framing: { type: "lines" }, handle(line) { console.log(line); return line; }`,
};

for (const [shape, source] of Object.entries(SHAPES)) {
  testEachPlace(`console.* in { ${shape} } has the id of the connection`, async ({ args }) => {
    await using handler = await makeHandler(`export default { ${source} };`);
    await using server = await startServer(args(...handler.args));
    for (const line of ["one", "two"]) {
      using client = await Client.connect(server);
      assertEquals(await client.ask(line), `${line}\n`);
      assertMatch(String((await server.logged(line))["sluice.connection.id"]), /^\d+-\d+$/);
    }
  });
}

for (const mode of ["threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: what a handler prints before it hangs is in the log`, async () => {
    await using handler = await makeHandler(`export default { routes: { "GET /": () => {
      console.log("here");
      console.log("and there");
      for (;;);
    } } };`);
    await using server = await startServer([...workers(mode, 1), ...handler.args]);
    using client = await Client.connect(server);
    await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await server.logged("here");
    await server.logged("and there");
  });
}

Deno.test("a thread that prints without end does not fill the memory of the server", async () => {
  await using handler = await makeHandler(`export default { routes: {
    "GET /": () => {
      const text = "x".repeat(1e6);
      for (let i = 0; i < 2000; i++) console.log(text);
      return "done";
    },
  } };`);
  await using server = await startServer([...workers("pooled", 1), ...handler.args]);
  assertEquals((await askAlone(server, "GET", "/")).body, "done");
  const dropped = await server.logged("A handler prints too much at once");
  assert(Number(dropped["sluice.log.dropped"]) > 1000);
});

Deno.test("console.* understands groups, tables, counters, formats and colours", async () => {
  await using handler = await makeHandler(`export default { routes: { "GET /": () => {
    console.group("group");
    console.log("%s is %d", "x", 5);
    console.groupEnd();
    console.table([{ a: 1 }]);
    console.count();
    console.log("%cred", "color: red");
    console.log("\\x1b[31mred\\x1b[0m too");
    console.clear();
    console.assert(false, "wrong");
    console.log("{braces}");
    console.debug("hidden");
    console.trace("here");
    return "ok";
  } } };`);
  await using server = await startServer([...workers("async"), ...handler.args]);
  using client = await Client.connect(server);
  assertEquals((await ask(client, "GET", "/")).body, "ok");
  await server.logged("Trace: here");
  const printed = server.records((line) => "log.iostream" in line).map(({ message }) => message);
  assertEquals(printed.map((message) => message.split("\n", 1)[0]), [
    "group",
    "  x is 5",
    "┌───────┬───┐",
    "default: 1",
    "red",
    "red too",
    "Assertion failed: wrong",
    "{braces}",
    "Trace: here",
  ]);
});

Deno.test("console.* of a sandboxed handler is in the log with the request, too", async () => {
  await using handler = await makeHandler(LATE);
  await using server = await startServer([...workers("pooled", 1), "--sandbox", ...handler.args]);
  for (const id of [/^0-1-1$/, /^0-2-1$/]) {
    assertEquals((await askAlone(server, "GET", "/")).status, 200);
    await server.logged((line) => line.message === "later" && id.test(String(idOf(line))));
  }
});

/** Answers each line; prints "tick" ever again, outside of any connection. */
const TICKS = `
  setInterval(() => console.log("tick"), 10);
  export default { framing: { type: "lines" }, handle: (line) => line };`;

const isTick = ({ message }: LogLine) => message === "tick";

Deno.test("--mode async: console.* names the worker that serves after a reload that failed", async () => {
  await using handler = await makeHandler(TICKS);
  await using server = await startServer([...workers("async"), ...handler.args]);
  const { "sluice.worker": worker } = await server.logged(isTick);
  await Deno.writeTextFile(handler.path, "export default { start() { throw 1; }, serve() {} };");
  server.kill("SIGHUP");
  await server.logged("Cannot reload");
  const before = server.log.length;
  await until("it ticks again", () => server.log.slice(before).some(isTick));
  assertEquals(server.log.findLast(isTick)?.["sluice.worker"], worker);
});
