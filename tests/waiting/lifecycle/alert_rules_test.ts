/** What a real server says to each rule that reads the status, and that it is silent otherwise. */
import { assert, assertEquals } from "@std/assert";
import { AlertWebhook } from "../../helpers/alert_webhook.ts";
import { Client } from "../../helpers/client.ts";
import { freePort } from "../../helpers/free_port.ts";
import { makeHandler, TROUBLE } from "../../helpers/handlers.ts";
import { ask } from "../../helpers/http_client.ts";
import { workers } from "../../helpers/modes.ts";
import { launchServer, type Server, startServer } from "../../helpers/server.ts";
import { readyLanes, statusFile } from "../../helpers/status.ts";

/** Alerts that fire and are resolved soon. */
function alertArgs({ url }: AlertWebhook): readonly string[] {
  return ["--alert-webhook", url, "--alert-clear", "1s", "--alert-for", "1s"];
}

/** Asks by so many clients, again and again, until something has happened. */
async function askUntil(server: Server, clients: number, happened: Promise<unknown>) {
  let isOver = false;
  void happened.finally(() => isOver = true);
  await Promise.all(Array.from({ length: clients }, async () => {
    using client = await Client.connect(server);
    while (!isOver) await ask(client, "GET", "/");
  }));
  return await happened;
}

Deno.test("a server that refuses clients is overloaded until it no longer does", async () => {
  await using webhook = new AlertWebhook();
  const limit = ["--max-connections", "2", "--service", "echo"];
  await using server = await startServer(["--mode", "async", ...limit, ...alertArgs(webhook)]);
  {
    using _first = await Client.connect(server);
    using _second = await Client.connect(server);
    await webhook.takes("firing", "overload");
  }
  await webhook.takes("resolved", "overload");
  assertEquals(webhook.told("overload"), ["firing overload", "resolved overload"]);
});

Deno.test("responses that fail, or are slow, are told until they no longer are", async () => {
  await using webhook = new AlertWebhook();
  await using handler = await makeHandler(`export default {
    async fetch() {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return new Response(null, { status: 500 });
    },
  };`);
  const args = ["--mode", "pooled", "--workers", "1", ...handler.args, "--alert-p99", "10ms"];
  await using server = await startServer([...args, ...alertArgs(webhook)]);
  const keys = ["error_ratio", "slow_requests"];
  await askUntil(server, 8, Promise.all(keys.map((key) => webhook.takes("firing", key))));
  for (const key of keys) await webhook.takes("resolved", key);
  assertEquals(webhook.told("error_ratio"), ["firing error_ratio", "resolved error_ratio"]);
  assertEquals(webhook.told("slow_requests"), ["firing slow_requests", "resolved slow_requests"]);
});

/** The webhook is told that a log on a full disk cannot be written. */
async function takesFullDisk(webhook: AlertWebhook, log: string): Promise<void> {
  const { severity, summary } = await webhook.takes("firing", "log_dropped");
  const reason = `Cannot write the ${log} file /dev/full: no space left on device`;
  assertEquals([severity, summary], ["warning", reason]);
}

Deno.test("a log on a full disk is told", async () => {
  await using webhook = new AlertWebhook();
  const log = ["--log-file", "/dev/full"];
  await using _server = launchServer(["--service", "echo", ...log, ...alertArgs(webhook)]);
  await takesFullDisk(webhook, "log");
});

Deno.test("an access log on a full disk is told", async () => {
  await using webhook = new AlertWebhook();
  const log = ["--access-log", "/dev/full"];
  await using server = await startServer(["--service", "http", ...log, ...alertArgs(webhook)]);
  using client = await Client.connect(server);
  await ask(client, "GET", "/");
  await takesFullDisk(webhook, "access log");
});

Deno.test("a server whose only worker is not replaced serves nobody, and says so until it does", async () => {
  await using webhook = new AlertWebhook();
  const flag = await Deno.makeTempFile();
  await Deno.remove(flag);
  await using handler = await makeHandler(`
    while (await Deno.stat(${JSON.stringify(flag)}).then(() => true, () => false)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    export default { framing: { type: "lines" }, handle: () => { setTimeout(() => { throw 1; }); return "x"; } };
  `);
  const args = ["--mode", "pooled", "--workers", "1", ...handler.args];
  await using server = await startServer([...args, ...alertArgs(webhook)]);
  await Deno.writeTextFile(flag, "");
  using client = await Client.connect(server);
  await client.send("die\n");
  await webhook.takes("firing", "no_worker_ready");
  await Deno.remove(flag);
  await webhook.takes("resolved", "no_worker_ready");
});

Deno.test("a group without a backend is told, and that it has one again", async () => {
  await using webhook = new AlertWebhook();
  const port = freePort();
  const check = ["--health-check", "tcp", "--health-interval", "100ms"];
  const proxy = ["--service", "proxy", "--upstream", `127.0.0.1:${port}`, ...check];
  await using _server = await startServer([...proxy, ...alertArgs(webhook)]);
  const { severity } = await webhook.takes("firing", "upstream_down:default");
  assertEquals(severity, "critical");
  using _backend = Deno.listen({ hostname: "127.0.0.1", port });
  await webhook.takes("resolved", "upstream_down:default");
});

/** Tries the same in several modes at a time. */
function testTogether(
  name: string,
  modes: readonly string[],
  body: (mode: string) => Promise<void>,
): void {
  Deno.test(`in ${modes.join(", ")}, ${name}`, async () => void await Promise.all(modes.map(body)));
}

testTogether(
  "a handler that blocks the event loop is told while it does",
  ["async", "single"],
  async (mode) => {
    await using webhook = new AlertWebhook();
    await using server = await startServer(["--mode", mode, ...TROUBLE, ...alertArgs(webhook)]);
    using client = await Client.connect(server);
    let isBlocked = true;
    const answer = client.ask("block 9000").finally(() => isBlocked = false);
    const { summary } = await webhook.takes("firing", "event_loop_blocked");
    assert(isBlocked, "told only afterwards");
    assert(summary.includes(`of 127.0.0.1 port ${client.localAddr.port}`), summary);
    await answer;
    await webhook.takes("resolved", "event_loop_blocked");
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    const told = ["firing event_loop_blocked", "resolved event_loop_blocked"];
    assertEquals(webhook.told("event_loop_blocked", "no_worker_ready"), told);
  },
);

testTogether(
  "a start, reloads, changes of size, recycling, a drain and a stop are no alerts",
  ["async", "threaded", "pooled", "forked"],
  async (mode) => {
    await using webhook = new AlertWebhook();
    await using status = await statusFile();
    const recycling = mode === "async" ? [] : ["--max-worker-age", "1s"];
    const args = [...workers(mode), ...TROUBLE, ...recycling, ...status.args];
    await using server = await startServer([...args, ...alertArgs(webhook)]);
    for (
      const signal of ["SIGHUP", "SIGTTIN", "SIGTTIN", "SIGHUP", "SIGTTOU", "SIGTTOU"] as const
    ) {
      server.kill(signal);
    }
    await status.says("it has reloaded", (now) => now.generation > 0 && readyLanes(now).length > 0);
    if (mode !== "async") {
      await status.says("some are recycled", ({ totals }) => totals.recycled > 2);
    }
    using client = await Client.connect(server);
    await client.ask("hello\nwait 6000");
    server.kill("SIGTERM");
    assertEquals(await client.receiveUntil("\n"), "waited\n");
    assertEquals(await server.exited, 0);
    assertEquals(webhook.alerts.map(({ key }) => key), [], mode);
  },
);
