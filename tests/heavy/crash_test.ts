import { assert, assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { TROUBLE } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { descriptorsOf, memoryOf, threadsOf } from "../helpers/process.ts";
import { startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";
import { until } from "../helpers/until.ts";

const ROUNDS = 50;
const WORKERS = 4;
const CONNECTIONS = 100;

Deno.test(`a worker of 4 with 100 connections each crashes ${ROUNDS} times: the others serve on, and nothing leaks`, async () => {
  await using status = await statusFile();
  const started = performance.now();
  await using server = await startServer([
    ...[...workers("pooled", WORKERS), ...TROUBLE, ...status.args],
    ...["--max-connections-per-ip", String(WORKERS * CONNECTIONS)],
  ]);
  /** Milliseconds that replacing a worker may take on this machine, which may stand still. */
  const limit = 5000 + performance.now() - started;
  const all = WORKERS * CONNECTIONS;
  let clients: Client[] = [];
  async function fillUp(): Promise<void> {
    const missing = Array.from({ length: all - clients.length }, () => Client.connect(server));
    const fresh = await Promise.all(missing);
    clients.push(...fresh);
    for (const client of fresh) assert((await client.ask("hello")).startsWith("hello "));
  }
  const crashes = () => server.records("Worker crashed");
  const measure = () => ({
    descriptors: descriptorsOf(server.pid),
    threads: threadsOf(server.pid),
    memory: memoryOf(server.pid),
  });
  await fillUp();
  let before = measure();
  for (let round = 1; round <= ROUNDS; round++) {
    const [culprit] = clients;
    await culprit?.send("throw\n");
    const thrown = performance.now();
    await until("the crash is logged", () => crashes().length === round);
    const cut = Number(crashes().at(-1)?.["sluice.connections.killed"]);
    const answers = await Promise.all(
      clients.slice(1).map((client) => client.ask("still").catch(() => "")),
    );
    // The client that caused the crash is one of them.
    assertEquals(answers.filter((answer) => answer === "").length, cut - 1, `round ${round}`);
    assert(cut >= 50 && cut <= 200, `the crashed worker had ${cut} connections`);
    clients = clients.filter((client, i) => {
      const isOpen = i > 0 && answers[i - 1] !== "";
      if (!isOpen) client.close();
      return isOpen;
    });
    await until("the worker is replaced", () => server.records("Worker started").length === round);
    const took = performance.now() - thrown;
    assert(took < limit, `the worker was back after ${took} ms, the limit is ${limit} ms`);
    await fillUp();
    if (round === 10) before = measure();
  }
  // The file of the status may be open just now, and the runtime ends idle threads later.
  await until(
    `there are ${before.descriptors} descriptors again`,
    () => measure().descriptors <= before.descriptors,
  );
  await until(
    `there are ${before.threads} threads again, or one more`,
    () => measure().threads <= before.threads + 1,
  );
  const growth = (measure().memory - before.memory) / 2 ** 20;
  assert(growth < 40, `grew by ${growth.toFixed(0)} MB in ${ROUNDS - 10} rounds`);
  // The file is written once a second, so it may not count the last crash yet.
  const { lanes } = await status.says(
    "all are open after the last crash",
    ({ totals }) => totals.open === all && totals.crashed === ROUNDS,
  );
  assertEquals(lanes.length, WORKERS);
  clients.forEach((client) => client.close());
  await status.says("none is open", ({ totals }) => totals.open === 0);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
});
