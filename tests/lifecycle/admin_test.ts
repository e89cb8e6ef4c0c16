/** The admin port of running servers. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ADMIN, adminGet, adminOf, adminPost, askUnix, post } from "../helpers/admin.ts";
import { Client } from "../helpers/client.ts";
import { makeForeignHandler, makeHandler } from "../helpers/handlers.ts";
import { ask, receiveResponse, requestText } from "../helpers/http_client.ts";
import { testEachPlace } from "../helpers/modes.ts";
import { launchServer, runMain, startServer } from "../helpers/server.ts";
import { until, waitFor } from "../helpers/until.ts";

testEachPlace(
  "the admin port tells that the server is alive and ready, and its status",
  async ({ args }) => {
    await using server = await startServer(args(...ADMIN));
    assertEquals(await adminGet(server, "/livez"), { status: 200, json: { status: "ok" } });
    const ready = { status: 200, json: { ready: true, reasons: [] } };
    assertEquals(await adminGet(server, "/readyz"), ready);
    assertEquals(await adminGet(server, "/healthz"), ready);
    const { status, json } = await adminGet(server, "/status");
    assertEquals([status, json.pid, json.state], [200, server.pid, "serving"]);
    assertEquals(json.addresses, [`127.0.0.1:${server.port}`]);
    assert(json.lanes.length > 0);
  },
);

testEachPlace(
  "a reload by the admin port resolves once the new generation serves",
  async ({ args }) => {
    await using server = await startServer(args(...ADMIN));
    assertEquals(await adminPost(server, "/reload"), { status: 200, json: { generation: 1 } });
    assertEquals((await adminGet(server, "/status")).json.generation, 1);
    assertEquals(await adminPost(server, "/reload", {}), { status: 200, json: { generation: 2 } });
    const record = await server.logged("Command of an operator");
    assertEquals([record["sluice.command"], record["client.address"]], ["reload", "127.0.0.1"]);
  },
);

testEachPlace(
  "a drain by the admin port keeps that open until the last client has left",
  async ({ args }) => {
    const gate = await Deno.makeTempFile();
    await using handler = await makeHandler(`
    const isShut = () => { try { return Deno.statSync("${gate}").isFile; } catch { return false; } };
    export default { async fetch() {
      while (isShut()) await new Promise((resolve) => setTimeout(resolve, 10));
      return new Response("waited");
    } };`);
    await using server = await startServer(args(...ADMIN, ...handler.args));
    using client = await Client.connect(server);
    await client.send(requestText("GET", "/"));
    await until("the request is served", async () => {
      const { json } = await adminGet(server, "/status");
      return json.totals.requests === 1;
    });
    assertEquals(await adminPost(server, "/drain"), { status: 202, json: {} });
    const { status, json } = await adminGet(server, "/readyz");
    assertEquals([status, json.reasons.map((one: { code: string }) => one.code)], [503, [
      "draining",
    ]]);
    assertEquals((await adminGet(server, "/livez")).status, 200);
    const again = await adminPost(server, "/drain");
    assertEquals(again, { status: 503, json: { error: "Cannot drain: the server is stopping" } });
    await Deno.remove(gate);
    assertEquals((await receiveResponse(client)).body, "waited");
    client.close();
    assertEquals(await server.exited, 0);
  },
);

Deno.test("the admin port says that the server starts, until a slow handler is loaded", async () => {
  const folder = await Deno.makeTempDir();
  const gate = `${folder}/gate`;
  await using handler = await makeHandler(`
    const isOpen = () => { try { return Deno.statSync("${gate}").isFile; } catch { return false; } };
    while (!isOpen()) await new Promise((resolve) => setTimeout(resolve, 10));
    export default { fetch: () => new Response("ok") };`);
  for (const mode of [["--mode", "async"], ["--mode", "pooled", "--workers", "1"]]) {
    const path = `${folder}/admin.sock`;
    await using server = launchServer([...mode, ...handler.args, "--admin", `unix:${path}`]);
    const starting = await waitFor(
      "the admin port is open",
      () => askUnix(path, "GET", "/readyz").catch(() => null),
    );
    assertEquals([starting.status, starting.json.reasons[0].code], [503, "starting"]);
    assertEquals((await askUnix(path, "GET", "/livez")).status, 200);
    assertEquals((await askUnix(path, "GET", "/status")).status, 503);
    assertEquals((await askUnix(path, ...post("/reload"))).status, 503);
    assertEquals(((await Deno.lstat(path)).mode ?? 0) & 0o777, 0o600);
    await Deno.writeTextFile(gate, "");
    await until("it is ready", async () => (await askUnix(path, "GET", "/readyz")).status === 200);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    await Deno.remove(gate);
    assertEquals([...Deno.readDirSync(folder)], []);
  }
  await Deno.remove(folder);
});

Deno.test("the admin port replaces a socket that a killed server has left, but no other", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/admin.sock`;
  const admin = ["--admin", `unix:${path}`];
  await using first = await startServer(admin);
  const { code, stderr } = await runMain([...admin, "--port", "0"]);
  assertEquals(code, 69);
  assertEquals(
    stderr,
    `sluice: Cannot open the admin port: Cannot bind "unix:${path}": address in use, choose ` +
      "another --admin\n",
  );
  first.kill("SIGKILL");
  await first.exited;
  await using _second = await startServer(admin);
  assertEquals((await askUnix(path, "GET", "/readyz")).status, 200);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a reload by the admin port that fails says why, and the server goes on", async () => {
  await using handler = await makeHandler(`export default { fetch: () => new Response("ok") };`);
  for (const mode of ["async", "pooled"]) {
    await Deno.writeTextFile(handler.path, `export default { fetch: () => new Response("ok") };`);
    const args = ["--mode", mode, "--workers", "1", ...ADMIN, ...handler.args];
    await using server = await startServer(args);
    await Deno.writeTextFile(handler.path, "export default 7;");
    const { status, json } = await adminPost(server, "/reload");
    assertEquals(status, 503);
    assertStringIncludes(json.error, "Cannot reload, the old workers keep serving: ");
    assertStringIncludes(json.error, "found a number");
    const now = await adminGet(server, "/status");
    assertEquals([now.json.generation, now.json.failed_generation.generation], [0, 1]);
    assertEquals((await adminGet(server, "/readyz")).status, 200);
  }
});

Deno.test("the admin port changes the number of workers, within limits", async () => {
  const args = ["--mode", "pooled", "--workers", "2", ...ADMIN];
  await using server = await startServer(args);
  const scale = (body: unknown) => adminPost(server, "/scale", body);
  const limit = async () => (await adminGet(server, "/status")).json.limits.max_lanes;
  assertEquals(await limit(), 2);
  assertEquals(await scale({ by: 1 }), { status: 200, json: { before: 2, now: 3 } });
  assertEquals(await limit(), 3);
  assertEquals(await scale({ workers: 1 }), { status: 200, json: { before: 3, now: 1 } });
  assertEquals(await scale({ by: -5 }), { status: 200, json: { before: 1, now: 1 } });
  const { limits } = (await adminGet(server, "/status")).json;
  assertEquals([limits.min_lanes, limits.max_lanes], [1, 1]);
  for (
    const body of [{}, { by: 1, workers: 1 }, { workers: 0 }, { workers: 257 }, { by: 1.5 }, 7]
  ) {
    assertEquals((await scale(body)).status, 400, JSON.stringify(body));
  }
  const { status, json } = await scale({ by: 256 });
  assertEquals(status, 400);
  assertEquals(json.error, "Cannot scale: found 257 workers, expected at most 256");
  await using single = await startServer(["--mode", "single", ...ADMIN]);
  const refused = await adminPost(single, "/scale", { by: 1 });
  assertEquals(refused, {
    status: 400,
    json: { error: "Cannot scale: --mode single has one worker" },
  });
});

Deno.test("the admin port shows the settings in effect and their sources, also after a reload", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/sluice.toml`;
  await Deno.writeTextFile(path, `max-connections = 50\nport = 0\nbacklog = 100\n`);
  const args = ["--config", path, "--mode", "pooled", "--workers", "1", ...ADMIN];
  await using server = await startServer([...args, "--host", "127.0.0.1"]);
  const before = (await adminGet(server, "/config")).json.settings;
  assertEquals(before["max-connections"], { value: 50, source: `file ${path}` });
  assertEquals(before["workers"], { value: 1, source: "flag --workers" });
  assertEquals(before["pid-file"], { value: null, source: "default" });
  await Deno.writeTextFile(path, `max-connections = 60\nport = 0\n`);
  assertEquals((await adminPost(server, "/reload")).status, 200);
  const after = (await adminGet(server, "/config")).json.settings;
  assertEquals(after["max-connections"], { value: 60, source: `file ${path}` });
  // Only a restart can change it.
  assertEquals(after["backlog"], { value: 100, source: `file ${path}` });
  await Deno.writeTextFile(path, `max-connections = "many"\n`);
  assertEquals((await adminPost(server, "/reload")).status, 503);
  assertEquals((await adminGet(server, "/config")).json.settings, after);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the admin port sends a snapshot each second to many clients", async () => {
  for (const mode of ["async", "pooled"]) {
    await using server = await startServer(["--mode", mode, "--workers", "1", ...ADMIN]);
    using one = await Client.connect(adminOf(server));
    using other = await Client.connect(adminOf(server));
    for (const client of [one, other]) await client.send(requestText("GET", "/events"));
    const times: unknown[][] = [];
    for (const client of [one, other]) {
      const head = await client.receiveUntil("\r\n\r\n");
      assertStringIncludes(head, "\r\nContent-Type: text/event-stream\r\n");
      const own: unknown[] = [];
      while (own.length < 3) {
        const [, text] = /event: snapshot\ndata: (.*)\n\n$/.exec(
          await client.receiveUntil("\n\n"),
        ) ?? [];
        if (text === undefined) continue;
        const { status, readiness, blocked } = JSON.parse(text);
        assertEquals([status.pid, readiness.ready, blocked], [server.pid, true, []]);
        own.push(status.time);
      }
      times.push(own);
    }
    assertEquals(times[0], times[1]);
  }
});

Deno.test("the admin port ends streams of events when the server stops", async () => {
  await using server = await startServer(["--mode", "async", ...ADMIN]);
  using client = await Client.connect(adminOf(server));
  await client.send(requestText("GET", "/events"));
  await client.receiveUntil("\n\n");
  server.kill("SIGTERM");
  assert((await client.receiveAll()).endsWith("\r\n0\r\n\r\n"));
  assertEquals(await server.exited, 0);
});

Deno.test("the admin port answers when the server has no room for connections", async () => {
  await using server = await startServer([
    "--max-connections",
    "1",
    "--overload",
    "wait",
    ...ADMIN,
  ]);
  using client = await Client.connect(server);
  await ask(client, "GET", "/");
  assertEquals((await adminGet(server, "/readyz")).status, 200);
  const { json } = await adminGet(server, "/status");
  assertEquals([json.totals.open, json.totals.accepted, json.totals.requests], [1, 1, 1]);
});

Deno.test("the admin port answers HEAD wherever it answers GET", async () => {
  await using server = await startServer(ADMIN);
  using client = await Client.connect(adminOf(server));
  for (const path of ["/", "/livez", "/readyz", "/status", "/metrics", "/config", "/events"]) {
    await client.send(requestText("HEAD", path));
    assertEquals((await receiveResponse(client, "HEAD")).status, 200, path);
  }
});

Deno.test("the admin port lists its endpoints under an unknown path", async () => {
  await using server = await startServer(ADMIN);
  const { status, json } = await adminGet(server, "/nope");
  assertEquals([status, json.error], [404, "Cannot find /nope"]);
  assert(json.endpoints.includes("GET /metrics"));
});

Deno.test("the admin port has metrics and a page", async () => {
  await using server = await startServer(["--mode", "async", ...ADMIN]);
  using client = await Client.connect(adminOf(server));
  const metrics = await ask(client, "GET", "/metrics");
  assertEquals(metrics.status, 200);
  assertStringIncludes(metrics.body, "sluice_info{");
  const page = await ask(client, "GET", "/");
  assertEquals([page.status, page.fields["content-type"]], [200, "text/html; charset=utf-8"]);
  assertStringIncludes(page.fields["content-security-policy"] ?? "", "default-src 'none'; ");
  assertEquals(page.fields["x-frame-options"], "DENY");
});

Deno.test("the admin port opens in a server that has started again for its handler", async () => {
  await using handler = await makeForeignHandler(
    `export default { fetch: () => new Response("ok") };`,
  );
  await using server = await startServer(["--mode", "async", ...ADMIN, ...handler.args]);
  assertEquals((await adminGet(server, "/readyz")).status, 200);
  assertEquals((await adminPost(server, "/reload")).json, { generation: 1 });
});

Deno.test("sluice check and the start refuse an open admin port, and a bad token", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/token`, "short");
  const cases = [
    [["--admin", "0.0.0.0:0"], "Cannot use --admin 0.0.0.0:0 without a token: ", 64],
    [
      ["--admin", "127.0.0.1:7000", "--port", "7000"],
      "Cannot use --admin 127.0.0.1:7000: the ",
      64,
    ],
    [
      ["--admin-token-file", `${folder}/token`],
      "Cannot use --admin-token-file without --admin",
      64,
    ],
    [[...ADMIN, "--admin-token-file", `${folder}/token`], "Cannot use the token file ", 78],
  ] as const;
  for (const [args, says, exitCode] of cases) {
    for (const command of ["serve", "check"]) {
      const port = args.some((arg) => arg === "--port") ? [] : ["--port", "0"];
      const { code, stderr } = await runMain([command, ...args, ...port]);
      assertEquals([code, stderr.includes(says)], [exitCode, true], `${command}: ${stderr}`);
    }
  }
  await Deno.remove(folder, { recursive: true });
});
