import { assert, assertEquals } from "@std/assert";
import { alertArgs, AlertWebhook, harm, stop } from "../../helpers/alert_webhook.ts";
import { postgresFolder, startPostgres, startRedis } from "../../helpers/databases.ts";
import { freePort } from "../../helpers/free_port.ts";
import { makeHandler, makeVersionHandler, TROUBLE } from "../../helpers/handlers.ts";
import { runMain, startServer } from "../../helpers/server.ts";
import { readyLanes, statusFile } from "../../helpers/status.ts";
import { findTool, testUnless, testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

Deno.test("a worker that is killed is one alert and one resolution", async () => {
  await using webhook = new AlertWebhook();
  await using status = await statusFile();
  const args = ["--mode", "forked", "--workers", "2", ...TROUBLE, ...status.args];
  await using server = await startServer([...args, ...alertArgs(webhook)]);
  const { lanes } = await status.says("two workers serve", (now) => readyLanes(now).length === 2);
  Deno.kill(lanes[0]?.pid ?? 0, "SIGKILL");
  await webhook.takes("firing", "worker_crashed");
  await webhook.takes("resolved", "worker_crashed");
  await stop(server);
  const told = ["firing worker_crashed", "resolved worker_crashed"];
  assertEquals(webhook.told("worker_crashed"), told);
  assertEquals(webhook.told("crash_loop", "no_worker_ready"), []);
});

Deno.test("a worker that hangs is one alert, resolved when another serves", async () => {
  await using webhook = new AlertWebhook();
  const args = ["--mode", "pooled", "--workers", "2", "--worker-timeout", "3s", ...TROUBLE];
  await using server = await startServer([...args, ...alertArgs(webhook)]);
  await harm(server, "loop");
  const { summary } = await webhook.takes("firing", "worker_hung");
  assert(summary.includes("its thread cannot be ended"), summary);
  await webhook.takes("resolved", "worker_hung");
  server.kill("SIGTERM");
  await server.exited;
  assertEquals(webhook.told("worker_hung"), ["firing worker_hung", "resolved worker_hung"]);
});

testUnless(
  findTool("redis-server") === null || postgresFolder() === null
    ? "Redis or PostgreSQL is not installed"
    : null,
  "a backend, Redis and PostgreSQL that stop and start again are one alert and one resolution each",
  async () => {
    await using webhook = new AlertWebhook();
    await using redis = await startRedis("s3cret");
    await using postgres = await startPostgres();
    const port = freePort();
    const check = ["--health-check", "tcp", "--health-interval", "100ms"];
    await using server = await startServer([
      ...["--service", "proxy", "--upstream", `127.0.0.1:${port}`, ...check],
      ...["--dependency", `cache=redis://:s3cret@127.0.0.1:${redis.port},interval=100ms`],
      ...["--dependency", `db=postgres://app@127.0.0.1:${postgres.port},required,interval=100ms`],
      ...alertArgs(webhook),
    ]);
    const keys = [
      `backend_down:default/127.0.0.1:${port}`,
      "dependency_down:cache",
      "dependency_down:db",
    ];
    const [backend = ""] = keys;
    await webhook.takes("firing", backend);
    using _backend = Deno.listen({ hostname: "127.0.0.1", port });
    await webhook.takes("resolved", backend);
    await Promise.all([redis.stop(), postgres.stop()]);
    for (const key of keys.slice(1)) await webhook.takes("firing", key);
    await Promise.all([redis.start(), postgres.start()]);
    for (const key of keys.slice(1)) await webhook.takes("resolved", key);
    await stop(server);
    const told = webhook.told("backend_down", "dependency_down");
    assertEquals(
      [...told].sort(),
      keys.flatMap((key) => [`firing ${key}`, `resolved ${key}`]).sort(),
    );
    const severities = webhook.alerts.filter(({ rule }) => rule === "dependency_down")
      .map(({ key, severity }) => `${key} ${severity}`);
    assertEquals([...new Set(severities)].sort(), [
      "dependency_down:cache warning",
      "dependency_down:db critical",
    ]);
    const all = JSON.stringify([server.log, webhook.received.map(({ body }) => body)]);
    assertEquals(all.match(/s3cret/g), null);
  },
);

Deno.test("alerts of a time when the webhook was down are delivered once it is back, across a restart", async () => {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const url = `http://127.0.0.1:${port}/`;
  const env = { STATE_DIRECTORY: folder };
  const dead = `dead=tcp://127.0.0.1:${freePort()},interval=100ms`;
  const args = ["--service", "echo", "--alert-webhook", url, "--alert-clear", "0"];
  {
    await using server = await startServer([...args, "--dependency", dead], { env });
    await server.logged("Cannot deliver alerts, retrying");
    await stop(server);
    await server.logged("Some alerts wait in the spool");
  }
  await using webhook = new AlertWebhook(port);
  await using server = await startServer(args, { env });
  await webhook.takes("firing", "dependency_down:dead");
  await webhook.takes("resolved", "dependency_down:dead");
  await stop(server);
  assertEquals(webhook.told("dependency_down"), [
    "firing dependency_down:dead",
    "resolved dependency_down:dead",
  ]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a server that cannot start tells so before it exits, and that it serves once it does", async () => {
  const spool = await Deno.makeTempFile();
  await using webhook = new AlertWebhook();
  await using handler = await makeHandler("export default 5;");
  const args = [...alertArgs(webhook), "--alert-spool", spool, "--port", "0"];
  for (let starts = 0; starts < 2; starts++) {
    const { code } = await runMain([...handler.args, ...args]);
    assertEquals(code, 78);
  }
  assertEquals(webhook.told("server_down"), ["firing server_down"]);
  assert(webhook.alerts[0]?.summary.startsWith("The server cannot start: Cannot"));
  await using server = await startServer(["--service", "echo", ...args]);
  const { count } = await webhook.takes("resolved", "server_down");
  assertEquals(count, 2);
  await stop(server);
  assertEquals(webhook.told("server_down"), ["firing server_down", "resolved server_down"]);
  await Deno.remove(spool);
});

Deno.test("a server that cannot keep its workers alive tells so before it exits", async () => {
  await using webhook = new AlertWebhook();
  await using handler = await makeHandler(`
    export default {
      framing: { type: "lines" },
      handle: (line) => line,
      start: () => void setTimeout(() => { throw new Error("it dies early"); }, 500),
    };
  `);
  const args = ["--mode", "pooled", "--workers", "1", ...handler.args];
  await using server = await startServer([...args, ...alertArgs(webhook)]);
  assertEquals(await server.exited, 70);
  const { summary } = await webhook.takes("firing", "server_down");
  assert(summary.includes("it dies early"), summary);
  assertEquals(webhook.told("worker_crashed", "server_down"), [
    "firing worker_crashed",
    "firing server_down",
  ]);
});

Deno.test("a server whose spool cannot be written tells so, and exits", async () => {
  await using webhook = new AlertWebhook();
  const args = [...alertArgs(webhook), "--alert-spool", "/nowhere/alerts", "--port", "0"];
  const { code, stderr } = await runMain(["--service", "echo", ...args]);
  const reason = "Cannot write the spool of alerts /nowhere/alerts: its folder does not exist, " +
    "choose another --alert-spool";
  assertEquals([code, stderr], [73, `sluice: ${reason}\n`]);
  assertEquals(webhook.alerts.map(({ summary }) => summary), [
    `The server cannot start: ${reason}`,
  ]);
});

Deno.test("a server whose log cannot be opened tells so, and exits", async () => {
  await using webhook = new AlertWebhook();
  const args = [...alertArgs(webhook), "--log-file", "/nowhere/log", "--port", "0"];
  const { code, stderr } = await runMain(["--service", "echo", ...args]);
  const reason = "Cannot write the log file /nowhere/log: its folder does not exist, choose " +
    "another --log-file";
  assertEquals([code, stderr], [73, `sluice: ${reason}\n`]);
  const told = webhook.alerts.map(({ summary }) => summary);
  assertEquals(told, [`The server cannot start: ${reason}`]);
});

Deno.test("a second server with the same spool cannot start, and leaves it alone", async () => {
  const folder = await Deno.makeTempDir();
  await using webhook = new AlertWebhook();
  const spool = ["--alert-spool", `${folder}/alerts`];
  const args = ["--service", "echo", ...alertArgs(webhook), ...spool];
  await using server = await startServer(args);
  const { code } = await runMain([...args, "--port", "0"]);
  assertEquals(code, 73);
  const { summary } = await webhook.takes("firing", "server_down");
  assert(summary.includes("another server has it"), summary);
  await stop(server);
  assertEquals(await Deno.readTextFile(`${folder}/alerts`), "");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a reload that fails is an alert, which the next one that succeeds resolves", async () => {
  await using webhook = new AlertWebhook();
  await using handler = await makeVersionHandler();
  const args = ["--mode", "pooled", "--workers", "1", ...handler.args];
  await using server = await startServer([...args, ...alertArgs(webhook)]);
  await handler.write(1, "export default 5;");
  server.kill("SIGHUP");
  await webhook.takes("firing", "reload_failed");
  await handler.write(2);
  server.kill("SIGHUP");
  await webhook.takes("resolved", "reload_failed");
  await stop(server);
});

testWith(
  "prometheus-alertmanager",
  "Alertmanager takes alerts and resolutions",
  async () => {
    const folder = await Deno.makeTempDir();
    const [port, dependency] = [freePort(), freePort()];
    await Deno.writeTextFile(
      `${folder}/config.yml`,
      "route: {receiver: x}\nreceivers: [{name: x}]\n",
    );
    const child = new Deno.Command("prometheus-alertmanager", {
      args: [
        ...[`--config.file=${folder}/config.yml`, `--storage.path=${folder}`],
        ...[`--web.listen-address=127.0.0.1:${port}`, "--cluster.listen-address="],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      const api = `http://127.0.0.1:${port}/api/v2/alerts`;
      const alerts = async (): Promise<{ labels: Record<string, string> }[]> => {
        const response = await fetch(api).catch(() => null);
        return response?.ok ? await response.json() : [];
      };
      await until("Alertmanager serves", async () => {
        const response = await fetch(api).catch(() => null);
        await response?.body?.cancel();
        return response?.ok ?? false;
      });
      await using server = await startServer([
        ...["--service", "echo", "--alert-webhook", api, "--alert-clear", "0"],
        ...["--dependency", `q=tcp://127.0.0.1:${dependency},interval=100ms`],
      ]);
      await until("Alertmanager has the alert", async () => (await alerts()).length === 1);
      const [alert] = await alerts();
      assertEquals([alert?.labels.alertname, alert?.labels.severity, alert?.labels.dependency], [
        "dependency_down",
        "warning",
        "q",
      ]);
      using _dependency = Deno.listen({ hostname: "127.0.0.1", port: dependency });
      await until("it is resolved", async () => (await alerts()).length === 0);
      await stop(server);
    } finally {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    }
  },
);
