/** HTTP in every mode: persistent connections, and how they end when the server drains. */
import { assert, assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { ask, receiveLastResponse, receiveResponse, requestText } from "../helpers/http_client.ts";
import { HANDLER } from "../helpers/http_conformance.ts";
import { testEachMode } from "../helpers/modes.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

/** Sends SIGTERM, and waits until the server has received it. */
async function drain(server: Server): Promise<void> {
  server.kill("SIGTERM");
  await server.logged((line) => line["sluice.signal"] === "SIGTERM");
}

/** Waits until the server exits, without having killed a connection. */
async function endsInOrder(server: Server): Promise<void> {
  assertEquals(await server.exited, 0);
  assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
}

/** Sends requests until the server says that a response is the last. */
async function askToTheLast(client: Client): Promise<void> {
  let [before, since] = [performance.now(), performance.now()];
  for (let isLast = false; !isLast;) {
    [before, since] = [since, performance.now()];
    try {
      isLast = (await ask(client, "GET", "/")).fields["connection"] === "close";
    } catch (error) {
      // A client that stands still for a second on a busy machine may count as silent.
      if (performance.now() - before < 900) throw error;
      return;
    }
  }
  assertEquals(await client.receiveAll(), "");
}

async function isRefused(server: Server): Promise<boolean> {
  try {
    (await Client.connect(server)).close();
    return false;
  } catch {
    return true;
  }
}

Deno.test("HTTP: a response in flight during a drain says that it is the last", async () => {
  await using server = await startServer(HANDLER);
  using client = await Client.connect(server);
  const expecting = { "Expect": "100-continue", "Content-Length": 3 };
  await client.send(requestText("POST", "/count", expecting));
  assertEquals((await receiveResponse(client)).status, 100);
  await drain(server);
  await until("the listening socket is closed", () => isRefused(server));
  await client.send("abc");
  assertEquals((await receiveLastResponse(client)).body, "3");
  client.close();
  await endsInOrder(server);
});

testEachMode(
  "HTTP: a client that keeps sending during a drain gets a last response",
  async (mode) => {
    await using server = await startServer(mode.args(...HANDLER));
    using client = await Client.connect(server);
    await drain(server);
    await askToTheLast(client);
    client.close();
    await endsInOrder(server);
  },
);

testEachMode(
  "HTTP: a connection persists, and its requests are answered in order",
  async (mode) => {
    await using server = await startServer(mode.args(...HANDLER));
    using client = await Client.connect(server);
    const bodies = Array.from({ length: 20 }, (_, i) => `body ${i}`);
    await client.send(bodies.map((body) => requestText("POST", "/echo", {}, body)).join(""));
    for (const body of bodies) assertEquals((await receiveResponse(client)).body, body);
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
    // A server with room for one client closes each connection: another client may be waiting.
  },
  { clients: 2 },
);

testEachMode("HTTP: a drain closes idle connections, spread over time", async (mode) => {
  await using server = await startServer(mode.args(...HANDLER));
  const clients: Client[] = [];
  using _ = { [Symbol.dispose]: () => clients.forEach((client) => client.close()) };
  // Only a single lane closes all of them in turn: 40 take a second for that.
  const isInTurn = mode.lanes === 1 && mode.clients > 1;
  for (let i = 0; i < (isInTurn ? 40 : mode.clients); i++) {
    const client = await Client.connect(server);
    clients.push(client);
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  }
  const ends = clients.map(async (client) => {
    assertEquals(await client.receiveAll(), "");
    client.close();
    return performance.now();
  });
  const start = performance.now();
  await drain(server);
  const times = await Promise.all(ends);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  assert(last - start < 20_000, `the last ended after ${last - start} ms`);
  if (isInTurn) assert(last - first > 100, `all within ${last - first} ms`);
  await endsInOrder(server);
});
