/** How many threads `--mode threaded` starts, and how soon. */
import { assert, assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { startServer } from "../../helpers/server.ts";
import { readyLanes, statusFile } from "../../helpers/status.ts";

/** Echoes each line after as many milliseconds as it says, asleep or computing. */
const HANDLER = `export default {
  framing: { type: "lines" },
  async handle(line) {
    const [what, milliseconds] = line.split(" ");
    const end = performance.now() + Number(milliseconds);
    if (what === "sleep") await new Promise((resolve) => setTimeout(resolve, milliseconds));
    while (performance.now() < end);
    return line;
  },
};`;

const THREADED = ["--mode", "threaded"];

/** Asks a new client; returns it, and after how many milliseconds the answer came. */
async function visit(server: { port: number }, line: string): Promise<[Client, number]> {
  const began = performance.now();
  const client = await Client.connect(server);
  await client.ask(line);
  return [client, performance.now() - began];
}

/** What a quarter of the values stay below: on a busy machine, the others tell about the machine. */
function quartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? NaN;
}

Deno.test("a spare thread takes a client within a millisecond, though others keep their threads", async () => {
  await using status = await statusFile();
  await using handler = await makeHandler(HANDLER);
  await using server = await startServer([
    ...[...THREADED, "--spare-threads", "3", ...status.args, ...handler.args],
  ]);
  const staying: Client[] = [];
  const times: number[] = [];
  for (let round = 1; round <= 5; round++) {
    for (let i = 0; i < 20; i++) {
      const [client, time] = await visit(server, "sleep 0");
      client.close();
      // The first ones compile the code.
      if (round > 1) times.push(time);
    }
    staying.push((await visit(server, "sleep 0"))[0]);
    await status.says(
      `${round + 3} threads are ready`,
      (now) => readyLanes(now).length >= round + 3,
    );
  }
  // To connect, answer and return takes time as well.
  assert(quartile(times) < 10, `most clients waited for more than ${quartile(times)} ms`);
  for (const client of staying) client.close();
});

Deno.test("a burst of clients that stay gets a thread each, and no more start", async () => {
  await using status = await statusFile();
  await using handler = await makeHandler(HANDLER);
  await using server = await startServer([...THREADED, ...status.args, ...handler.args]);
  const visits = await Promise.all(Array.from({ length: 12 }, () => visit(server, "sleep 0")));
  await status.says("two threads are spare", (now) => readyLanes(now).length === 14);
  for (const [client] of visits) client.close();
});

Deno.test("clients of handlers that wait get threads", async () => {
  await using handler = await makeHandler(HANDLER);
  await using server = await startServer([...THREADED, ...handler.args]);
  const began = performance.now();
  await Promise.all(Array.from({ length: 12 }, async () => {
    for (let i = 0; i < 5; i++) (await visit(server, "sleep 500"))[0].close();
  }));
  const milliseconds = performance.now() - began;
  // Two threads would take fifteen seconds.
  assert(milliseconds < 10_000, `it took ${milliseconds} ms`);
});

Deno.test("a connection for each request takes few threads, however many clients there are", async () => {
  await using status = await statusFile();
  await using handler = await makeHandler(HANDLER);
  await using server = await startServer([...THREADED, ...status.args, ...handler.args]);
  await Promise.all(Array.from({ length: 32 }, async () => {
    for (let i = 0; i < 100; i++) (await visit(server, "compute 0"))[0].close();
  }));
  const { lanes } = await status.says("all are served", ({ totals }) => totals.accepted === 3200);
  assert(lanes.length <= 16, `${lanes.length} threads started`);
});

Deno.test("threads that were needed for a burst end after --thread-idle-timeout, but the spare ones", async () => {
  await using status = await statusFile();
  await using handler = await makeHandler(HANDLER);
  const idle = ["--thread-idle-timeout", "1s", "--spare-threads", "1"];
  await using server = await startServer([...THREADED, ...idle, ...status.args, ...handler.args]);
  const visits = await Promise.all(Array.from({ length: 8 }, () => visit(server, "sleep 0")));
  const [staying, ...leaving] = visits.map(([client]) => client);
  for (const client of leaving) client.close();
  const { lanes } = await status.says(
    "one is busy and one is spare",
    (now) => now.totals.accepted === 8 && now.lanes.length === 2,
  );
  assertEquals(lanes.map(({ open }) => open).toSorted(), [0, 1]);
  staying?.close();
});
