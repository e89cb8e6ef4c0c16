import { assert, assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { TROUBLE } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { type LogLine, type Server, startServer } from "../../helpers/server.ts";
import { readyLanes, statusFile } from "../../helpers/status.ts";
import { until } from "../../helpers/until.ts";

const SUSPECT = "Worker missed heartbeats";

/** Waits for a record about the worker of a client, since on a busy machine others may miss heartbeats, too. */
function loggedOf(client: Client, server: Server, message: string): Promise<LogLine> {
  const peer = `127.0.0.1 port ${client.localAddr.port}`;
  return server.logged((line) =>
    line.message.startsWith(message) && line["sluice.connection.peer"] === peer
  );
}

/** Four concurrent clients connect and ask repeatedly, until stopped. */
function startClients(server: Server): { served(): number; stop(): Promise<void> } {
  let served = 0;
  let isStopped = false;
  async function tryOnce(): Promise<void> {
    using client = await Client.connect(server);
    // In forked mode, the kernel also assigns clients to the hung process, until another accepts them.
    const late = setTimeout(() => client.close(), 1000);
    if (await client.ask("hello").catch(() => "") !== "") served++;
    clearTimeout(late);
  }
  const clients = Array.from({ length: 4 }, async () => {
    while (!isStopped) await tryOnce().catch(() => {});
  });
  return {
    served: () => served,
    async stop() {
      isStopped = true;
      await Promise.all(clients);
    },
  };
}

/** Longer than a thread or process takes to start, even on a busy machine; in seconds. */
const TIMEOUT = 3;

for (const mode of ["threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode} keeps serving while a handler loops forever, and replaces its worker`, async () => {
    await using status = await statusFile();
    const args = [...workers(mode), ...TROUBLE, "--worker-timeout", `${TIMEOUT}s`, ...status.args];
    await using server = await startServer(args);
    using culprit = await Client.connect(server);
    await culprit.send("loop\n");
    await loggedOf(culprit, server, SUSPECT);
    const others = startClients(server);
    const hung = await loggedOf(culprit, server, "Worker hung");
    const age = Number(hung["sluice.worker.heartbeat_age"]);
    assert(age >= TIMEOUT && age < TIMEOUT + 1, `it counted as hung after ${age} s`);
    const served = others.served();
    await others.stop();
    assert(served >= 5, `only ${served} others were served meanwhile`);
    await status.says(
      "two are ready and one was hung",
      (status) => status.totals.hung === 1 && readyLanes(status).length >= 2,
    );
    for (let i = 0; i < 20; i++) {
      using client = await Client.connect(server);
      assert((await client.ask("after")).startsWith("after "), "it was not served");
    }
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });
}

Deno.test("--max-hung-threads drains the server, which exits 70", async () => {
  const limits = ["--worker-timeout", `${TIMEOUT}s`, "--max-hung-threads", "2"];
  await using server = await startServer([...workers("pooled"), ...TROUBLE, ...limits]);
  for (let i = 0; i < 2; i++) {
    using client = await Client.connect(server);
    await client.send("loop\n");
    await until("it is hung", () => server.records("Worker hung").length > i);
  }
  assertEquals(await server.exited, 70);
  assertEquals(
    server.records("Cannot keep")[0]?.message,
    "Cannot keep the workers alive: 2 threads are hung and cannot be ended",
  );
});

Deno.test("a thread that loops while it retires counts as hung, not as ended", async () => {
  await using status = await statusFile();
  const timeouts = [
    "--worker-timeout",
    "5s",
    "--retire-timeout",
    "500ms",
    "--graceful-timeout",
    "500ms",
  ];
  const args = [...workers("pooled", 1), ...TROUBLE, ...timeouts, ...status.args];
  await using server = await startServer(args);
  using client = await Client.connect(server);
  await client.send("loop\n");
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  const hung = await server.logged("Worker hung");
  assertEquals([hung.message, hung["sluice.worker"]], ["Worker hung", 0]);
  await status.says(
    "it is hung, and another one ready",
    ({ totals, lanes }) =>
      totals.hung === 1 && String(lanes.map((lane) => lane.state)) === "ready,hung",
  );
});

Deno.test("a worker that is merely slow recovers, and is not replaced", async () => {
  await using status = await statusFile();
  const args = [...workers("pooled"), ...TROUBLE, "--worker-timeout", "10s", ...status.args];
  await using server = await startServer(args);
  using client = await Client.connect(server);
  await client.send("block 2500\n");
  const suspect = await loggedOf(client, server, SUSPECT);
  assertEquals(await client.receiveUntil("\n"), "blocked\n");
  const recovered = await server.logged((line) =>
    line.message === "Worker recovered" &&
    line["sluice.worker"] === suspect["sluice.worker"] && line.timestamp >= suspect.timestamp
  );
  const { totals } = await status.says(
    "what happened since",
    ({ time }) => time > recovered.timestamp,
  );
  assertEquals([totals.hung, totals.crashed], [0, 0]);
});

Deno.test("--mode async logs that its event loop was blocked, and by which client", async () => {
  await using server = await startServer([...TROUBLE, "--worker-timeout", "2s"]);
  using client = await Client.connect(server);
  await client.send("block 600\n");
  const warned = await loggedOf(client, server, "The event loop was blocked");
  assertEquals(warned["sluice.connection.id"], "0-1");
});
