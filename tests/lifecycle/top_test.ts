/** `sluice status --admin`, `sluice top` and the level of the log, with a server in each mode. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { askAlone } from "../helpers/http_client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { testEachPlace } from "../helpers/modes.ts";
import { runMain, SERVER, startServer } from "../helpers/server.ts";
import { Terminal } from "../helpers/terminal.ts";
import { testWith } from "../helpers/tools.ts";
import { until, waitFor } from "../helpers/until.ts";

const HANDLER = `export default { fetch() {
  console.debug("a detail");
  console.warn("a warning");
  return new Response("ok");
} };`;

testEachPlace(
  "status and top show a server by its admin port, and its log level can change",
  async ({ args }) => {
    await using handler = await makeHandler(HANDLER);
    await using server = await startServer(args(...handler.args, "--admin", "127.0.0.1:0"));
    const started = await server.logged((line) => "sluice.admin" in line);
    const admin = String(started["sluice.admin"]);
    const address = admin.replace(/^http:\/\//, "").replace(/\/$/, "");
    await askAlone(server, "GET", "/");
    await server.logged("a warning");
    assertEquals(server.records("a detail"), []);
    // A port in a thread of its own knows the log of a second ago.
    const status = await waitFor("it tells of the warning", async () => {
      const found = await runMain(["status", "--admin", address]);
      return found.stdout.includes(" warning") ? found : null;
    });
    assertEquals([status.code, status.stderr], [0, ""]);
    assertMatch(status.stdout, /\nLog records: \d+ info, [1-9]\d* warnings?\n/);
    assertMatch(status.stdout, new RegExp(`\nProcess: +${server.pid}\n`));
    const top = await runMain(["top", "--admin", address, "--interval", "100ms", "--count", "2"]);
    assertEquals([top.code, top.stderr], [0, ""]);
    assertEquals(top.stdout.match(/^Time: /gm)?.length, 2);
    const response = await fetch(`http://${address}/log-level`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"level":"debug"}',
    });
    assertEquals([response.status, await response.json()], [200, {}]);
    await until("details are logged", async () => {
      await askAlone(server, "GET", "/");
      return server.records("a detail").length > 0;
    });
  },
);

testWith(
  "script",
  "sluice top shows the warnings of a real server, reloads it, and waits while it restarts",
  async () => {
    await using handler = await makeHandler(HANDLER);
    const folder = await Deno.makeTempDir({ prefix: "sluice-top-" });
    const args = [
      ...handler.args,
      ...["--mode", "pooled", "--workers", "2", "--admin", `unix:${folder}/admin.sock`],
    ];
    try {
      await using server = await startServer(args);
      const command = [...SERVER, "top", "--admin", `unix:${folder}/admin.sock`];
      await using terminal = new Terminal(command, { columns: 100, rows: 30 });
      await terminal.shows("in pooled mode");
      await askAlone(server, "GET", "/");
      await terminal.shows(" a warning worker=");
      await terminal.type("ry");
      await terminal.shows("Reloaded: generation 1");
      await terminal.shows("generation 1");
      await terminal.type("+");
      await terminal.shows("At most 3 lanes, not 2");
      server.kill("SIGTERM");
      await server.exited;
      await terminal.shows("Waiting for the server");
      await using next = await startServer(args);
      await terminal.shows(`process ${next.pid}`);
      await terminal.type("q");
      assertEquals(await terminal.exited(), 0);
      assert(!terminal.rows.some((row) => row.includes("undefined")));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
