/** What is left of a crash: reports in the folder for what outlives the server. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeHandler, TROUBLE } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { childrenOf } from "../helpers/process.ts";
import { runMain, startServer } from "../helpers/server.ts";
import { StateFolder } from "../helpers/state_folder.ts";
import { statusFile } from "../helpers/status.ts";

/** One that throws outside of requests, waits, or fills its heap. */
const HANDLER = `export default { async fetch(request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/boom") setTimeout(() => { throw new Error("boom"); });
  if (pathname === "/wait") await new Promise(() => {});
  const heap = [];
  while (pathname === "/heap") heap.push(new Array(1000).fill(Math.random()));
  return new Response("hi");
} };`;

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

Deno.test("a crashed worker of a server in pooled mode, and kill -9 of that server, leave reports", async () => {
  await using state = new StateFolder();
  await using handler = await makeHandler(HANDLER);
  const password = "cache=redis://user:swordfish@127.0.0.1:1/";
  const args = [...workers("pooled"), ...handler.args, ...state.args, "--dependency", password];
  {
    await using server = await startServer(args);
    using boom = await Client.connect(server);
    await boom.send(get("/boom"));
    const [report] = await state.reports(1);
    assertEquals([report?.kind, report?.count], ["worker_crashed", 1]);
    assertMatch(report?.reason ?? "", /^Worker \d crashed: boom/);
    assertStringIncludes(report?.error?.stack ?? "", "Error: boom");
    assertEquals(report?.worker?.place, "thread");
    using waiting = await Client.connect(server);
    await waiting.send(get("/wait?token=swordfish"));
    await state.serving(1, "GET /wait");
    server.kill("SIGKILL");
    await server.exited;
  }
  const list = await runMain(["crashes", ...state.args]);
  assertMatch(list.stdout, /^\d+-\w+ +server died +pooled .*\n2.*worker crashed +pooled/m);
  await using status = await statusFile();
  await using server = await startServer([...args, ...status.args]);
  const record = await server.logged("The server crashed at");
  assertEquals(record["sluice.crash.kind"], "server_died");
  const { last_crash } = await status.says("it crashed", (one) => one.last_crash !== null);
  assertEquals(last_crash?.report, record["file.path"]);
  const report = (await state.reports(2)).find(({ kind }) => kind === "server_died");
  assertEquals(report?.scene?.serving?.connections.map(({ request }) => request), [
    "GET /wait",
  ]);
  assertEquals(
    report?.scene?.records.some(({ message }) => message.startsWith("Worker crashed")),
    true,
  );
  assertEquals(report?.scene?.options["mode"], "pooled");
  const { stdout } = await runMain(["crashes", "last", ...state.args]);
  assertStringIncludes(stdout, "GET /wait");
  for (const name of state.names("crashes")) {
    const path = `${state.path}/crashes/${name}`;
    assert(!Deno.readTextFileSync(path).includes("swordfish"), "a secret is in the report");
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  }
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertEquals(state.names("running"), []);
});

Deno.test("kill -9 of a process lane leaves a report with the signal", async () => {
  await using state = new StateFolder();
  await using server = await startServer([...workers("forked", 1), ...TROUBLE, ...state.args]);
  Deno.kill(childrenOf(server.pid)[0] ?? 0, "SIGKILL");
  const [report] = await state.reports(1);
  assertEquals(report?.kind, "worker_crashed");
  assertEquals(report?.exit, { code: null, signal: "SIGKILL" });
  assertMatch(report?.reason ?? "", /killed by SIGKILL \(by the system for want of memory, or/);
});

Deno.test(
  "a heap overflow in a thread, which ends the whole process, is reported by the next start",
  {
    // It ignores the variable, so that its heap takes half a minute to fill.
    ignore: Deno.env.has("SERVER_UNDER_TEST"),
  },
  async () => {
    await using state = new StateFolder();
    await using handler = await makeHandler(HANDLER);
    const args = [...workers("pooled", 1), ...handler.args, ...state.args];
    {
      await using server = await startServer(args, {
        env: { DENO_V8_FLAGS: "--max-old-space-size=48" },
      });
      using client = await Client.connect(server);
      await client.send(get("/heap"));
      assert(await server.exited !== 0, "it survives");
    }
    await using server = await startServer(args);
    await server.logged("The server crashed at");
    const [report] = await state.reports(1);
    assertEquals([report?.kind, report?.scene?.state], ["server_died", "serving"]);
  },
);
