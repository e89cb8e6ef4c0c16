import { assert, assertEquals } from "@std/assert";
import { MODES } from "../../src/modes/registry.ts";
import { Client } from "../helpers/client.ts";
import { childrenOf, isAlive } from "../helpers/process.ts";
import { startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";
import { until } from "../helpers/until.ts";
import { fileURLToPath } from "node:url";

const TROUBLE = fileURLToPath(import.meta.resolve("../handlers/trouble.js"));

async function ask(client: Client, line: string): Promise<string> {
  await client.send(`${line}\n`);
  return await client.receiveUntil("\n");
}

Deno.test("kill -9 of a forked child ends its own connections only, and it is back within a second", async () => {
  await using status = await statusFile();
  await using server = await startServer([
    ...["--mode", "forked", "--workers", "2", "--handler", TROUBLE],
    ...["--status-file", status.path],
  ]);
  const clients = await Promise.all(Array.from({ length: 40 }, () => Client.connect(server)));
  for (const client of clients) await ask(client, "hello");
  const { lanes } = await status.says("all are open", ({ totals }) => totals.open === 40);
  const [victim = { pid: 0, open: 0 }] = lanes;
  assert(victim.open > 0 && victim.open < 40, "both serve some");
  Deno.kill(victim.pid, "SIGKILL");
  const crash = await server.logged((line) => line.message.startsWith("Worker crashed"));
  assertEquals(crash["exception.message"], `Process ${victim.pid} was killed by SIGKILL`);
  assertEquals(crash["sluice.connections.cut"], victim.open);
  const answers = await Promise.all(clients.map((client) => ask(client, "still").catch(() => "")));
  assertEquals(answers.filter((answer) => answer === "").length, victim.open);
  const back = await server.logged((line) => line.message.startsWith("Worker started"));
  assert(Number(back["sluice.outage.duration"]) < 1, "it took longer");
  assertEquals(childrenOf(server.pid).length, 2);
  await status.says(
    "two are ready",
    ({ lanes }) =>
      lanes.filter(({ state, pid }) => state === "ready" && pid !== victim.pid).length === 2,
  );
  clients.forEach((client) => client.close());
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
});

Deno.test("kill -9 of the parent: its children finish what is in flight, and end by themselves", async () => {
  await using server = await startServer([
    "--mode",
    "forked",
    "--workers",
    "2",
    "--handler",
    TROUBLE,
  ]);
  const children = childrenOf(server.pid);
  assertEquals(children.length, 2);
  using client = await Client.connect(server);
  await client.send("wait 700\n");
  using other = await Client.connect(server);
  await ask(other, "hello");
  server.kill("SIGKILL");
  assertEquals(await client.receiveUntil("\n"), "waited\n");
  await until("the children are gone", () => !children.some(isAlive));
  await server.exited;
});

for (const mode of Object.keys(MODES)) {
  Deno.test(`--mode ${mode} completes every exchange in flight on TERM under load, and leaves nothing`, async () => {
    await using server = await startServer([
      ...["--mode", mode, "--workers", "2", "--handler", TROUBLE],
    ]);
    const count = mode === "single" ? 1 : 16;
    const clients = await Promise.all(Array.from({ length: count }, () => Client.connect(server)));
    const answers = Promise.all(clients.map((client) => ask(client, "wait 600")));
    // Each is in the handler's hands once another is served behind it.
    await until("all are in flight", async () => {
      if (mode === "single") return true;
      using probe = await Client.connect(server);
      return (await ask(probe, "hello")) !== "";
    });
    const children = childrenOf(server.pid);
    const started = performance.now();
    server.kill("SIGTERM");
    assertEquals(await answers, Array(count).fill("waited\n"));
    assertEquals(await server.exited, 0);
    assert(performance.now() - started < 5000, "it waited for more than what was in flight");
    assertEquals(server.log.at(-1)?.["sluice.connections.cut"], 0);
    assert(!children.some(isAlive), "a child is left");
    clients.forEach((client) => client.close());
  });
}
