/** A server that was stopped as a whole and continues: `docker pause`, a suspended laptop, SIGSTOP. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { receiveResponse, requestText } from "../../helpers/http_client.ts";
import { makeMark } from "../../helpers/mark.ts";
import { workers } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";

const CLIENTS = 6;
/** Longer than all timeouts, in milliseconds. */
const FROZEN = 5000;
const TIMEOUTS = ["--worker-timeout", "4s", "--idle-timeout", "4s", "--write-timeout", "4s"];

async function goesOn(mode: string): Promise<void> {
  const mark = makeMark();
  const args = [...workers(mode), "--service", "echo", ...TIMEOUTS];
  await using server = await startServer(args, mark);
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => Client.connect(server)),
  );
  const exchange = async (client: Client, text: string) => {
    await client.send(text);
    assertEquals(await client.receiveText(text.length), text);
  };
  await Promise.all(clients.map((client) => exchange(client, "before")));
  const processes = mark.processes();
  for (const pid of processes) Deno.kill(pid, "SIGSTOP");
  const [silent, ...sending] = clients;
  await Promise.all(sending.map((client) => client.send("meanwhile")));
  await delay(FROZEN);
  for (const pid of processes) Deno.kill(pid, "SIGCONT");
  await Promise.all(sending.map(async (client) => {
    assertEquals(await client.receiveText(9), "meanwhile");
    await exchange(client, "after");
  }));
  if (silent !== undefined) await exchange(silent, "after");
  for (const client of clients) client.close();
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  const last: Record<string, unknown> = server.log.at(-1) ?? {};
  assertEquals([last["sluice.workers.crashed"], last["sluice.workers.hung"]], [0, 0]);
  assertEquals(server.records("Connection closed").length, CLIENTS);
}

// Stopped servers take no processor time.
Deno.test("a server goes on where it was after it was stopped as a whole, in every mode", async () => {
  await Promise.all(["async", "threaded", "pooled", "forked"].map(goesOn));
});

/** Computes for a time, in milliseconds, of which pauses of its process are no part. */
const COMPUTES = `export default {
  framing: { type: "lines" },
  handle(line) {
    let last = performance.now();
    for (let computed = 0; computed < Number(line);) {
      const now = performance.now();
      computed += Math.min(now - last, 5);
      last = now;
    }
    return "computed";
  },
};`;

Deno.test("--mode forked: a worker that computes is not killed by pauses, however many", async () => {
  const mark = makeMark();
  await using handler = await makeHandler(COMPUTES);
  const args = [...workers("forked", 1), ...handler.args, "--worker-timeout", "2s"];
  await using server = await startServer(args, mark);
  using client = await Client.connect(server);
  // Until it has sent heartbeats, it is given the time for a start.
  await delay(500);
  await client.send("500\n");
  const processes = mark.processes();
  for (let i = 0; i < 3; i++) {
    await delay(100);
    for (const pid of processes) Deno.kill(pid, "SIGSTOP");
    await delay(3000);
    for (const pid of processes) Deno.kill(pid, "SIGCONT");
  }
  assertEquals(await client.receiveUntil("\n"), "computed\n");
  assertEquals(server.records("Worker crashed"), []);
  client.close();
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
});

Deno.test("an upload goes on after a pause that is longer than --body-timeout", async () => {
  const mark = makeMark();
  await using handler = await makeHandler(
    `export default { fetch: async (request) => new Response(await request.text()) };`,
  );
  const args = ["--mode", "async", ...handler.args, "--body-timeout", "4s"];
  await using server = await startServer(args, mark);
  using client = await Client.connect(server);
  await client.send(requestText("POST", "/", { "Content-Length": 8 }) + "half");
  await delay(300);
  const processes = mark.processes();
  for (const pid of processes) Deno.kill(pid, "SIGSTOP");
  await delay(FROZEN);
  for (const pid of processes) Deno.kill(pid, "SIGCONT");
  await delay(300);
  await client.send("half");
  const { status, body } = await receiveResponse(client);
  assertEquals([status, body], [200, "halfhalf"]);
  client.close();
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
});
