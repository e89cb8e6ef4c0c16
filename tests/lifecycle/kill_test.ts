import { assert, assertEquals } from "@std/assert";
import { MODES } from "../../src/modes/registry.ts";
import { Client } from "../helpers/client.ts";
import { makeHandler, TROUBLE } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { childrenOf, isAlive } from "../helpers/process.ts";
import { startServer } from "../helpers/server.ts";
import { readyLanes, statusFile } from "../helpers/status.ts";
import { until } from "../helpers/until.ts";

Deno.test("kill -9 of a forked child closes only its own connections, and the child is replaced", async () => {
  await using status = await statusFile();
  await using server = await startServer([...workers("forked"), ...TROUBLE, ...status.args]);
  const clients = await Promise.all(Array.from({ length: 40 }, () => Client.connect(server)));
  for (const client of clients) await client.ask("hello");
  const { lanes } = await status.says("all are open", ({ totals }) => totals.open === 40);
  const [victim = { pid: 0, open: 0 }] = lanes;
  assert(victim.open > 0 && victim.open < 40, "one worker serves all clients");
  Deno.kill(victim.pid, "SIGKILL");
  const crash = await server.logged("Worker crashed");
  assertEquals(crash["exception.message"], `Process ${victim.pid} was killed by SIGKILL`);
  assertEquals(crash["sluice.connections.killed"], victim.open);
  const answers = await Promise.all(clients.map((client) => client.ask("still").catch(() => "")));
  assertEquals(answers.filter((answer) => answer === "").length, victim.open);
  await server.logged("Worker started");
  assertEquals(childrenOf(server.pid).length, 2);
  await status.says("two are ready, without the killed one", (status) => {
    const ready = readyLanes(status);
    return ready.length === 2 && ready.every(({ pid }) => pid !== victim.pid);
  });
  clients.forEach((client) => client.close());
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
});

Deno.test("a stopped process that does not end by its deadline is killed, and logged", async () => {
  await using status = await statusFile();
  await using server = await startServer([
    ...[...workers("forked", 1), ...TROUBLE, ...status.args],
    // The process that follows has to end within the second one, even on a busy machine.
    ...["--worker-timeout", "0", "--retire-timeout", "100ms", "--graceful-timeout", "4s"],
  ]);
  using client = await Client.connect(server);
  await client.ask("hello");
  const { lanes } = await status.says("it is open", ({ totals }) => totals.open === 1);
  const [{ pid } = { pid: 0 }] = lanes;
  Deno.kill(pid, "SIGSTOP");
  server.kill("SIGHUP");
  const record = await server.logged("Worker killed: it did not end by its deadline");
  assertEquals(
    [record["sluice.worker.pid"], record["sluice.connections.killed"], record["severity"]],
    [pid, 1, "WARN"],
  );
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertEquals(server.records("Worker killed").length, 1);
});

/**
 * Sends a slow request, and resolves once the handler works on it: by then, the
 * request before it in the same packet has been answered.
 */
async function beginWait(client: Client, milliseconds: number): Promise<void> {
  await client.send(`hello\nwait ${milliseconds}\n`);
  await client.receiveUntil("\n");
}

Deno.test("kill -9 of the parent: its children finish what is in flight, then exit", async () => {
  await using server = await startServer([...workers("forked"), ...TROUBLE]);
  const children = childrenOf(server.pid);
  assertEquals(children.length, 2);
  using client = await Client.connect(server);
  await beginWait(client, 700);
  server.kill("SIGKILL");
  assertEquals(await client.receiveUntil("\n"), "waited\n");
  await until("the children are gone", () => !children.some(isAlive));
  await server.exited;
});

Deno.test("kill -9 of the parent of a hung child: an alarm kills the child", async () => {
  await using server = await startServer([
    ...["--mode", "forked", "--workers", "1", "--worker-timeout", "1s"],
    ...TROUBLE,
  ]);
  const children = childrenOf(server.pid);
  using client = await Client.connect(server);
  await client.send("loop\n");
  await server.logged("Worker missed heartbeats");
  server.kill("SIGKILL");
  await server.exited;
  await until("the child is gone", () => !children.some(isAlive), 40_000);
});

Deno.test("kill -9 of the parent of a child that has lost its globals: an alarm kills the child", async () => {
  await using handler = await makeHandler(`
    export default {
      framing: { type: "lines" },
      handle(path) {
        Deno.writeTextFileSync(path, "");
        for (const key of Reflect.ownKeys(globalThis)) try { delete globalThis[key]; } catch {}
      },
    };`);
  // Older runtimes, such as that of the executable, end the heartbeats with the globals; then the
  // alarm is that of the last one.
  const timeouts = ["--graceful-timeout", "1s", "--worker-timeout", "10s"];
  const args = ["--mode", "forked", "--workers", "1", ...timeouts];
  await using server = await startServer([...args, ...handler.args]);
  const children = childrenOf(server.pid);
  using client = await Client.connect(server);
  const path = `${handler.path}.lost`;
  await client.send(`${path}\n`);
  await until("it has lost them", () => Deno.stat(path).then(() => true, () => false));
  await Deno.remove(path);
  server.kill("SIGKILL");
  await server.exited;
  await until("the child is gone", () => !children.some(isAlive), 60_000);
});

for (const mode of Object.keys(MODES)) {
  Deno.test(`--mode ${mode} completes every exchange in flight on TERM, and leaves no child behind`, async () => {
    const longDrain = ["--graceful-timeout", "1m"];
    await using server = await startServer([...workers(mode), ...TROUBLE, ...longDrain]);
    const count = mode === "single" ? 1 : 16;
    const clients = await Promise.all(Array.from({ length: count }, () => Client.connect(server)));
    await Promise.all(clients.map((client) => beginWait(client, 1000)));
    const children = childrenOf(server.pid);
    const started = performance.now();
    server.kill("SIGTERM");
    const answers = await Promise.all(clients.map(async (client) => {
      using _ = client;
      return await client.receiveUntil("\n");
    }));
    assertEquals(answers, Array(count).fill("waited\n"));
    assertEquals(await server.exited, 0);
    assert(performance.now() - started < 30_000, "it took longer than the exchanges in flight");
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
    assert(!children.some(isAlive), "a child is still alive");
  });
}
