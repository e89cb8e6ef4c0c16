import { assert, assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { makeHandler, TROUBLE } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { readyLanes, statusFile } from "../../helpers/status.ts";
import { waitFor } from "../../helpers/until.ts";

interface Served {
  readonly client: Client;
  readonly worker: string;
}

/** Connects until a client is served: a crashing process resets the clients in its accept queue. */
function serveOne(server: Server): Promise<Served> {
  return waitFor("a client is served", async () => {
    // Connecting is refused while no process is left.
    const client = await Client.connect(server).catch(() => null);
    const worker = await client?.ask("worker").catch(() => "") ?? "";
    if (client !== null && worker !== "") return { client, worker };
    client?.close();
    return null;
  });
}

/** The number of workers, and the minimum number of clients: a thread serves one. */
const COUNT = 5;

/** Connects clients until at least two workers serve some. */
async function serveSome(server: Server): Promise<readonly Served[]> {
  const served: Served[] = [];
  const workersUsed = () => new Set(served.map(({ worker }) => worker)).size;
  while (served.length < COUNT || workersUsed() < 2) served.push(await serveOne(server));
  return served;
}

for (const mode of ["threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode} replaces a worker whose handler throws in a timer or rejects, and leaves the others alone`, async () => {
    await using status = await statusFile();
    await using server = await startServer([
      ...[...workers(mode, COUNT), "--min-threads", `${COUNT}`, "--max-threads", `${COUNT}`],
      ...[...TROUBLE, ...status.args],
    ]);
    for (const [i, harm] of ["throw", "reject"].entries()) {
      const served = await serveSome(server);
      const [culprit] = served;
      await culprit?.client.send(`${harm}\n`);
      await culprit?.client.receiveAll().catch(() => "");
      for (const { client, worker } of served.slice(1)) {
        const answer = await client.ask("worker").catch(() => "");
        assertEquals(answer, worker === culprit?.worker ? "" : worker, `after ${harm}`);
      }
      for (const { client } of served) client.close();
      await waitFor("another worker is started", () => server.records("Worker started")[i] ?? null);
    }
    const crashes = server.records("Worker crashed");
    assertEquals(crashes.map((line) => line["exception.message"]), [
      "thrown in a timer",
      "rejected",
    ]);
    assert(
      String(crashes[0]?.["exception.stacktrace"]).includes("trouble.js"),
      "the stack trace lacks the handler",
    );
    assertEquals(server.stderr, "", "an error was printed outside the log");
    await status.says(
      "two crashes and as many workers as before",
      (status) =>
        status.totals.crashed === 2 && status.totals.open === 0 &&
        readyLanes(status).length === COUNT,
    );
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });
}

/** Makes the handler of the only worker call Deno.exit; returns the workers that serve before and after. */
async function exitIn(server: Server): Promise<readonly [before: string, after: string]> {
  const { client, worker } = await serveOne(server);
  await client.send("exit\n");
  await client.receiveAll().catch(() => "");
  client.close();
  const next = await serveOne(server);
  next.client.close();
  return [worker, next.worker];
}

Deno.test("--mode forked: a process whose handler calls Deno.exit is replaced", async () => {
  await using server = await startServer([...workers("forked", 1), ...TROUBLE]);
  const [before, after] = await exitIn(server);
  assert(before !== after, "the process kept running");
  const crash = await server.logged("Worker crashed");
  assert(String(crash["exception.message"]).endsWith(" exited with code 3"));
});

Deno.test("--mode pooled: a handler that calls Deno.exit ends its connection, not its thread", async () => {
  await using server = await startServer([...workers("pooled", 1), ...TROUBLE]);
  const [before, after] = await exitIn(server);
  assertEquals(before, after);
  assertEquals(server.records("Worker crashed"), []);
});

for (const mode of ["pooled", "forked"]) {
  Deno.test(`--mode ${mode}: workers that die early are restarted at growing intervals, then the server exits 70`, async () => {
    // Fails after it is ready, which it is soon after its start, but within the second that counts as early.
    await using handler = await makeHandler(
      `export default {
        start: () => void setTimeout(() => { throw new Error("dies young"); }, 500),
        async serve(c) { while (await c.read()); },
      };`,
    );
    // Only one: it must not die while another one starts.
    await using server = await startServer([...workers(mode, 1), ...handler.args]);
    assertEquals(await server.exited, 70);
    const times = server.records("Worker crashed").map((line) => Date.parse(line.timestamp));
    assert(times.length >= 6, `workers were started ${times.length} times`);
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    assert(last - first > 1000, `the last crash came after ${last - first} ms`);
    const [failed] = server.records("Cannot keep the workers");
    assertEquals(failed?.message, "Cannot keep the workers alive: dies young");
  });
}
