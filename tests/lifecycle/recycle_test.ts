import { assert, assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeConfig } from "../helpers/config.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { startLoad } from "../helpers/load.ts";
import { workers } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";
import { readyLanes, statusFile } from "../helpers/status.ts";
import { until } from "../helpers/until.ts";

const ECHO = ["--service", "echo"];

for (const mode of ["pooled", "forked", "threaded"]) {
  Deno.test(`--max-requests recycles the workers of --mode ${mode} one at a time, and no client notices`, async () => {
    await using handler = await makeHandler(
      `export default { framing: { type: "lines" }, handle: (line) => line };`,
    );
    await using status = await statusFile();
    const args = [...workers(mode), ...handler.args, "--max-requests", "20", ...status.args];
    await using server = await startServer(args);
    const isRight = (answer: string, line: string) => answer === line;
    const load = startLoad(server, { short: 2, long: 2, pause: 10, isRight });
    await status.says("three are recycled", (status) => {
      assert(readyLanes(status).length >= 2, "fewer than two serve");
      return status.totals.recycled >= 3;
    });
    await load.stop();
    assertEquals(load.failures, []);
  });
}

Deno.test("--max-worker-age recycles idle workers", async () => {
  await using status = await statusFile();
  const args = [...workers("pooled", 1), ...ECHO, "--max-worker-age", "1s", ...status.args];
  await using _server = await startServer(args);
  await status.says("two are recycled", ({ totals }) => totals.recycled >= 2);
});

for (const mode of ["pooled", "forked"]) {
  Deno.test(`--max-worker-memory recycles a worker of --mode ${mode} that stays above it`, async () => {
    await using handler = await makeHandler(
      `const kept = [];
      export default {
        framing: { type: "lines" },
        handle(line) {
          for (let i = 0; i < 10; i++) kept.push(new Uint8Array(10_000_000).fill(1));
          return line;
        },
      };`,
    );
    await using status = await statusFile();
    const limit = ["--max-worker-memory", "150mb"];
    const args = [...workers(mode, 1), ...handler.args, ...limit, ...status.args];
    await using server = await startServer(args);
    using client = await Client.connect(server);
    await client.send("a\nb\n");
    await client.receive(4);
    const record = await server.logged("Worker recycled");
    assert(/it uses \d+ MB of memory$/.test(record.message), record.message);
    client.close();
    await status.says(
      "only the new one is left",
      ({ lanes, totals }) => totals.recycled === 1 && lanes.length === 1,
    );
  });

  Deno.test(`--max-worker-memory below what a worker of --mode ${mode} needs to start is rejected`, async () => {
    const args = [...workers(mode, 1), ...ECHO, "--max-worker-memory", "1mb"];
    const error = await startServer(args).catch((error) => error);
    assert(error instanceof Error, "the server started");
    assert(
      /Cannot keep workers below --max-worker-memory 1mb: found \d+mb/.test(error.message),
      error.message,
    );
  });

  Deno.test(`--mode ${mode}: TTIN adds a worker and TTOU retires one, but never the last`, async () => {
    await using status = await statusFile();
    await using server = await startServer([...workers(mode, 1), ...ECHO, ...status.args]);
    using client = await Client.connect(server);
    server.kill("SIGTTIN");
    await status.says("two workers", (status) => readyLanes(status).length === 2);
    server.kill("SIGTTOU");
    await status.says("one worker", (status) => readyLanes(status).length === 1);
    server.kill("SIGTTOU");
    await server.logged("SIGTTOU received: keeping 1 worker, the minimum");
    await client.send("still here");
    assertEquals(await client.receiveText(10), "still here");
  });
}

Deno.test("--mode threaded starts threads ahead of need, and retires those that stay idle", async () => {
  await using status = await statusFile();
  await using server = await startServer([
    ...["--mode", "threaded", ...ECHO, "--thread-idle-timeout", "1s", ...status.args],
    ...["--min-threads", "2", "--max-threads", "8", "--spare-threads", "2"],
  ]);
  const ready = (count: number) =>
    status.says(`${count} threads`, (status) => readyLanes(status).length === count);
  const clients: Client[] = [];
  const connect = async () => {
    const client = await Client.connect(server);
    await client.send("x");
    await client.receive(1);
    clients.push(client);
  };
  await ready(2);
  await connect();
  await ready(3);
  for (let i = 1; i < 8; i++) await connect();
  await ready(8);
  let isServed = false;
  const ninth = connect().then(() => isServed = true);
  await clients[0]?.send("y");
  await clients[0]?.receive(1);
  assert(!isServed, "it was served beyond the maximum");
  clients[0]?.close();
  await until("the ninth is served", () => isServed);
  await ninth;
  clients.forEach((client) => client.close());
  await ready(2);
});

Deno.test("--max-worker-memory is no reason to reject a start or a reload of --mode async, which ignores it", async () => {
  await using config = await makeConfig(`max-worker-memory = "1mb"`);
  await using server = await startServer([...config.args, ...ECHO]);
  await server.logged("Workers are not recycled");
  await config.write(`max-worker-memory = "2mb"`);
  server.kill("SIGHUP");
  await server.logged(({ message }) => /^Reloaded|^Cannot reload/.test(message));
  assertEquals(server.records("Cannot reload"), []);
});
