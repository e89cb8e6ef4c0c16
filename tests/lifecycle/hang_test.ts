import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client } from "../helpers/client.ts";
import { startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";
import { until } from "../helpers/until.ts";

const TROUBLE = fileURLToPath(import.meta.resolve("../handlers/trouble.js"));

for (const mode of ["threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode} goes on serving while a handler loops for ever, and replaces the worker`, async () => {
    await using status = await statusFile();
    await using server = await startServer([
      ...["--mode", mode, "--workers", "2", "--handler", TROUBLE],
      ...["--worker-timeout", "2s", "--status-file", status.path],
    ]);
    using culprit = await Client.connect(server);
    await culprit.send("loop\n");
    const started = performance.now();
    let served = 0;
    let isOver = false;
    async function tryOnce(): Promise<void> {
      using client = await Client.connect(server);
      await client.send("hello\n");
      // In forked the system goes on giving clients to the one that hangs, until it is killed.
      const late = setTimeout(() => client.close(), 500);
      if (await client.receiveUntil("\n").catch(() => "") !== "") served++;
      clearTimeout(late);
    }
    const peer = `127.0.0.1 port ${culprit.localAddr.port}`;
    const warned = await server.logged((line) => line.message === "Worker gives no sign of life");
    assertEquals(warned["sluice.connection.peer"], peer);
    const others = Array.from({ length: 2 }, async () => {
      while (!isOver) await tryOnce().catch(() => {});
    });
    const hung = await server.logged((line) => line.message.startsWith("Worker hung"));
    assertEquals(hung["sluice.connection.peer"], peer);
    assert(performance.now() - started < 4000, "it took longer than the timeout and a little");
    assert(served >= 5, `${served} others were served meanwhile`);
    isOver = true;
    await Promise.all(others);
    await status.says(
      "two are ready, one was hung",
      ({ lanes, totals }) =>
        totals.hung === 1 && lanes.filter((lane) => lane.state === "ready").length >= 2,
    );
    for (let i = 0; i < 20; i++) {
      using client = await Client.connect(server);
      await client.send("after\n");
      assert((await client.receiveUntil("\n")).startsWith("after "), "served by all that are left");
    }
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });
}

Deno.test("--max-hung-threads ends the server with 70, after a drain", async () => {
  await using server = await startServer([
    ...["--mode", "pooled", "--workers", "2", "--handler", TROUBLE],
    ...["--worker-timeout", "300ms", "--max-hung-threads", "2"],
  ]);
  for (let i = 0; i < 2; i++) {
    using client = await Client.connect(server);
    await client.send("loop\n");
    await until(
      "it is hung",
      () => server.log.filter((line) => line.message.startsWith("Worker hung")).length > i,
    );
  }
  assertEquals(await server.exited, 70);
  const failed = server.log.find((line) => line.message.startsWith("Cannot keep"));
  assertEquals(
    failed?.message,
    "Cannot keep the workers alive: 2 threads are stuck, and cannot be stopped",
  );
});

Deno.test("a worker that was only slow is told to be alive again, and stays", async () => {
  await using status = await statusFile();
  await using server = await startServer([
    ...["--mode", "pooled", "--workers", "2", "--handler", TROUBLE],
    ...["--worker-timeout", "5s", "--status-file", status.path],
  ]);
  using client = await Client.connect(server);
  await client.send("block 1200\n");
  await server.logged((line) => line.message === "Worker gives no sign of life");
  assertEquals(await client.receiveUntil("\n"), "blocked\n");
  await server.logged((line) => line.message === "Worker is alive again");
  assertEquals((await status.says("something", () => true)).totals.hung, 0);
});

Deno.test("--mode async tells when its event loop was blocked, and by whom", async () => {
  await using server = await startServer(["--handler", TROUBLE, "--worker-timeout", "2s"]);
  using client = await Client.connect(server);
  await client.send("block 600\n");
  const warned = await server.logged((line) => line.message === "The event loop was blocked");
  assertEquals(warned["sluice.connection.id"], "0-1");
});

Deno.test("a worker that does not get ready within --worker-timeout fails the start with 70", async () => {
  const handler = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(handler, "await new Promise(() => {});export default { serve() {} };");
  for (const mode of ["pooled", "forked"]) {
    const args = ["--mode", mode, "--handler", handler, "--worker-timeout", "500ms"];
    const error = await startServer(args).catch((error) => error);
    assert(error instanceof Error, "the server serves");
    assertEquals(
      error.message.trim(),
      "The server ended: sluice: Cannot start a worker: not ready within --worker-timeout",
    );
  }
  await Deno.remove(handler);
});
