import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { ConnectionStatus } from "../../src/ops/admin/command.ts";
import { NamedEcho } from "../helpers/balancer.ts";
import { Client } from "../helpers/client.ts";
import { formatAddress } from "../../src/base/address.ts";
import { testEachPlace, workers } from "../helpers/modes.ts";
import { OperatedServer } from "../helpers/operated.ts";
import { until, waitFor } from "../helpers/until.ts";

const WAITING = ["--handler", fileURLToPath(import.meta.resolve("../handlers/waiting.js"))];

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** Lists connections, once all lanes answer: the list leaves out one that stands still. */
function listAll(
  server: OperatedServer,
  ...given: Parameters<OperatedServer["list"]>
): ReturnType<OperatedServer["list"]> {
  return waitFor("all lanes answer", async () => {
    const list = await server.list(...given);
    return list.silent_lanes.length === 0 ? list : null;
  });
}

/** Has a connection closed. A lane that stands still does not say so, and closes it later. */
async function close(server: OperatedServer, id: string): Promise<void> {
  let isAsked = false;
  await until("the connection is closed", async () => {
    const result = await server.close(id);
    if (!result.ok && result.reason !== "failed") {
      assertEquals([isAsked, result.reason], [true, "missing"]);
      return true;
    }
    if (result.ok) assertEquals(result.value, {});
    isAsked = true;
    return result.ok;
  });
}

/** Waits until the only connection is as wanted, and returns it. */
function listed(
  server: OperatedServer,
  isWanted: (one: ConnectionStatus) => boolean,
): Promise<ConnectionStatus> {
  return waitFor("the connection is listed as wanted", async () => {
    const { connections: [one] } = await server.list();
    return one !== undefined && isWanted(one) ? one : null;
  });
}

testEachPlace("lists a client that is idle, and what it has sent and got", async ({ args }) => {
  await using server = await OperatedServer.start(args("--service", "echo"));
  assertEquals((await listAll(server)).total, 0);
  using client = await Client.connect(server);
  const idle = await listed(server, ({ phase }) => phase === "idle");
  const { port } = client.localAddr;
  assertEquals([idle.peer, idle.bytes_in, idle.request], [`127.0.0.1:${port}`, 0, null]);
  await client.ask("hello");
  const one = await listed(server, ({ bytes_out }) => bytes_out > 0);
  assertEquals([one.id, one.bytes_in, one.bytes_out, one.upstream], [idle.id, 6, 6, null]);
  assert(one.age_s > 0 && one.age_s < 60, `it is ${one.age_s} seconds old`);
});

testEachPlace(
  "lists the request that is being served, without its query, and short",
  async ({ args }) => {
    await using server = await OperatedServer.start(args(...WAITING));
    using client = await Client.connect(server);
    await client.send(get(`/slow/${"x".repeat(1000)}?token=secret`));
    const { request, requests, phase } = await listed(server, ({ request }) => request !== null);
    assertEquals([request?.slice(0, 12), requests, phase], ["GET /slow/xx", 1, "serving"]);
    assert((request ?? "").length < 300, `${request}`);
  },
);

testEachPlace("closes a connection, and the log says that an operator did", async ({ args }) => {
  await using server = await OperatedServer.start(args(...WAITING));
  using client = await Client.connect(server);
  await client.send(get("/slow"));
  const { id } = await listed(server, ({ request }) => request !== null);
  await close(server, id);
  assertEquals(await client.receiveAll(), "");
  const ended = await server.logged((line) => "sluice.connection.ended_by" in line);
  assertEquals([ended["sluice.connection.id"], ended["sluice.connection.ended_by"]], [
    id,
    "server",
  ]);
  const told = server.log.findIndex(({ message }) =>
    message === "Connection closed by an operator"
  );
  assertEquals(server.log[told]?.["sluice.connection.id"], id);
  assert(told < server.log.indexOf(ended), "the reason comes after the end");
  await until("it is missing", async () => {
    const again = await server.close(id);
    assertEquals(again.ok, false);
    return !again.ok && again.reason === "missing";
  });
});

testEachPlace("closes a WebSocket", async ({ args }) => {
  await using server = await OperatedServer.start(args(...WAITING));
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  await new Promise((resolve) => socket.onopen = resolve);
  const { id } = await listed(server, ({ requests }) => requests === 1);
  await close(server, id);
  await closed;
});

testEachPlace("shows the backend of a client, and closes both connections", async ({ args }) => {
  using backend = new NamedEcho("one");
  const address = formatAddress(backend.address);
  await using server = await OperatedServer.start(
    args("--service", "proxy", "--upstream", address, "--health-check", "none"),
  );
  using client = await Client.connect(server);
  assertEquals(await client.receiveUntil("\n"), "one\n");
  const { id, upstream } = await listed(server, ({ upstream }) => upstream !== null);
  assertEquals(upstream, { group: "default", address });
  await close(server, id);
  assertEquals(await client.receiveAll(), "");
  await waitFor("the backend is left", () => backend.open === 0 || null);
});

Deno.test("lists the backend of a request that is being served", async () => {
  await using backend = await OperatedServer.start(["--mode", "async", ...WAITING]);
  const address = `127.0.0.1:${backend.port}`;
  await using server = await OperatedServer.start([
    ...["--mode", "async", "--service", "proxy", "--protocol", "http"],
    ...["--upstream", address, "--health-check", "none"],
  ]);
  using client = await Client.connect(server);
  await client.send(get("/slow"));
  const one = await listed(server, ({ upstream }) => upstream?.address === address);
  assertEquals([one.request, one.upstream?.group], ["GET /slow", "default"]);
});

Deno.test("lists the oldest connections that match, of all lanes", async () => {
  await using server = await OperatedServer.start([...workers("pooled"), "--service", "echo"]);
  const clients: Client[] = [];
  // Ten, unless a lane stands still for a moment: then, the other one accepts them all.
  const all = await waitFor("both lanes have clients", async () => {
    for (let i = 0; i < 10; i++) clients.push(await Client.connect(server));
    await Promise.all(clients.map((client) => client.ask("hello")));
    const list = await listAll(server, {}, 1000);
    return new Set(list.connections.map(({ lane }) => lane)).size === 2 ? list : null;
  });
  const [first, , third] = clients.map(({ localAddr }) => `127.0.0.1:${localAddr.port}`);
  assertEquals([all.total, all.connections.length], [clients.length, clients.length]);
  const ages = all.connections.map(({ age_s }) => age_s);
  assertEquals(ages, ages.toSorted((a, b) => b - a));
  const some = await listAll(server, {}, 3);
  assertEquals([some.total, some.connections.length], [clients.length, 3]);
  const peersOf = async (peer: string) =>
    (await listAll(server, { peer }, 1000)).connections.map((one) => one.peer);
  assertEquals(await peersOf(third ?? ""), [third]);
  assertEquals((await peersOf("127.0.0.")).length, clients.length);
  assertEquals(await peersOf("10."), []);
  assertEquals((await listAll(server, { phase: "writing" })).total, 0);
  assertEquals((await listAll(server, { min_age_s: 3600 })).total, 0);
  const [{ lane = -1 } = {}] = all.connections;
  const ofLane = await listAll(server, { lane });
  assert(ofLane.connections.length > 0 && ofLane.connections.length < clients.length);
  assert(ofLane.connections.every((one) => one.lane === lane));
  // Ages of two lanes may differ by less than the time between two answers.
  const oldest = await listAll(server, { lane }, 2);
  assertEquals(
    oldest.connections.map(({ id }) => id),
    ofLane.connections.slice(0, 2).map(({ id }) => id),
  );
  assertEquals(all.connections.some(({ peer }) => peer === first), true);
  for (const client of clients) client.close();
});

Deno.test("closes no connection by an id that is none, or of a lane that is gone", async () => {
  await using server = await OperatedServer.start([...workers("pooled"), "--service", "echo"]);
  const outcomes = [];
  for (const id of ["", "1", "x-1", "0-1.5", "99-1", "0-99"]) {
    const result = await server.close(id);
    outcomes.push(result.ok ? "closed" : result.reason);
  }
  assertEquals(outcomes, ["invalid", "invalid", "invalid", "invalid", "missing", "missing"]);
});
