import { type AddressInfo, createServer } from "node:net";
import { assert, assertEquals } from "@std/assert";
import { dial } from "../../src/core/dial.ts";
import { ConnectionError } from "../../src/core/errors.ts";
import type { ConnectionSummary } from "../../src/core/event.ts";
import { relay } from "../../src/core/relay.ts";
import { Client } from "../helpers/client.ts";
import { serve, type ServeOptions, type Serving } from "../helpers/lane.ts";
import { Visitor } from "../helpers/visitor.ts";
import { until } from "../helpers/until.ts";

/** Bytes that no buffers between two processes hold. */
const MUCH = 64 * 1024 ** 2;

/** Looks without a change after which bytes are taken to have stopped. */
const STILL = 50;

/** A lane that relays each client to one upstream, and the sockets of an upstream that a test controls. */
interface Relaying extends AsyncDisposable {
  readonly serving: Serving;
  /** Accepts the connection of a relay. */
  accept(): Promise<Client>;
  /** Connects a client, and accepts the connection of its relay. */
  pair(): Promise<Pair>;
}

interface Pair extends Disposable {
  readonly client: Client;
  readonly upstream: Client;
}

/** @param port That of another upstream. */
async function startRelay(options: ServeOptions = {}, port?: number): Promise<Relaying> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const target = `127.0.0.1:${port ?? listener.addr.port}`;
  const serving: Serving = await serve(async (client) => {
    await using upstream = await dial(target, serving.connections);
    await relay(client, upstream);
  }, options);
  const accept = async () => new Client(await listener.accept());
  return {
    serving,
    accept,
    async pair() {
      const [client, upstream] = await Promise.all([Client.connect(serving), accept()]);
      const dispose = () => [client, upstream].forEach((one) => one.close());
      return { client, upstream, [Symbol.dispose]: dispose };
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving[Symbol.asyncDispose]();
    },
  };
}

/** An upstream that resets each connection on which something arrives. */
async function startResetting() {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => socket.resetAndDestroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** Whose connection was lost. */
function lostPeer(summary: ConnectionSummary | undefined): string {
  const error = summary?.error;
  return error instanceof ConnectionError ? error.peer : `none: ${error}`;
}

Deno.test("relay() passes bytes both ways, and the half-close of the client before the answer", async () => {
  await using relaying = await startRelay();
  using pair = await relaying.pair();
  const { client, upstream } = pair;
  await client.send("question");
  assertEquals(await upstream.receiveText(8), "question");
  await client.end();
  assertEquals(await upstream.receiveAll(), "");
  await upstream.send("answer");
  assertEquals(await client.receiveText(6), "answer");
  await upstream.end();
  assertEquals(await client.receiveAll(), "");
  const [summary] = await relaying.serving.closed(1);
  assertEquals([summary?.endedBy, summary?.error], ["client", null]);
  assertEquals([summary?.bytesIn, summary?.bytesOut], [8, 6]);
});

Deno.test("relay() passes the half-close of the upstream on while the client goes on sending", async () => {
  await using relaying = await startRelay();
  using pair = await relaying.pair();
  const { client, upstream } = pair;
  await upstream.send("go");
  await upstream.end();
  assertEquals(await client.receiveAll(), "go");
  await client.send("first");
  assertEquals(await upstream.receiveText(5), "first");
  await client.send("second");
  assertEquals(await upstream.receiveText(6), "second");
  await client.end();
  assertEquals(await upstream.receiveAll(), "");
  const [summary] = await relaying.serving.closed(1);
  assertEquals([summary?.endedBy, summary?.error], ["upstream", null]);
});

Deno.test("relay() passes on what had been read before it began", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using serving: Serving = await serve(async (client) => {
    await client.readLine(100);
    await using upstream = await dial(`127.0.0.1:${listener.addr.port}`, serving.connections);
    await relay(client, upstream);
  });
  using client = await Client.connect(serving);
  await client.send("for the service\nfor the upstream");
  using upstream = new Client(await listener.accept());
  assertEquals(await upstream.receiveText(16), "for the upstream");
  await client.end();
  await upstream.end();
  await serving.closed(1);
});

Deno.test("relay() closes the connection to the upstream when the client resets its own", async () => {
  await using relaying = await startRelay();
  const client = await Visitor.open(relaying.serving);
  using upstream = await relaying.accept();
  await client.send("question");
  assertEquals(await upstream.receiveText(8), "question");
  await client.leave("resets");
  assertEquals(await upstream.receiveAll(), "");
  const [summary] = await relaying.serving.closed(1);
  assertEquals([summary?.endedBy, lostPeer(summary)], ["client", "client"]);
});

Deno.test("relay() ends the client's connection when the upstream resets its own", async () => {
  await using upstream = await startResetting();
  await using relaying = await startRelay({}, upstream.port);
  using client = await Client.connect(relaying.serving);
  await client.send("question");
  assertEquals(await client.receiveAll(), "");
  client.close();
  const [summary] = await relaying.serving.closed(1);
  assertEquals([summary?.endedBy, lostPeer(summary)], ["upstream", "upstream"]);
});

Deno.test("relay() delivers the answer of an upstream that reads only a part, and then closes", async () => {
  await using relaying = await startRelay();
  using pair = await relaying.pair();
  const { client, upstream } = pair;
  const sending = client.send(new Uint8Array(MUCH)).catch(() => {});
  await upstream.receive(100_000);
  await upstream.send("too much");
  upstream.close();
  assertEquals(await client.receiveAll(), "too much");
  client.close();
  await sending;
  const [summary] = await relaying.serving.closed(1);
  assertEquals([summary?.endedBy, summary?.bytesOut], ["upstream", 8]);
});

Deno.test("relay() closes a client that stays connected to a lost upstream", async () => {
  await using upstream = await startResetting();
  await using relaying = await startRelay({ maxConnections: 1 }, upstream.port);
  using client = await Client.connect(relaying.serving);
  await client.send("question");
  assertEquals(await client.receiveAll(), "");
  const [summary] = await relaying.serving.closed(1);
  assertEquals(summary?.endedBy, "upstream");
});

Deno.test("a client that half-closes while its upstream is being dialed is still answered", async () => {
  await using relaying = await startRelay();
  using client = await Client.connect(relaying.serving);
  await client.send("question");
  await client.end();
  using upstream = await relaying.accept();
  assertEquals(await upstream.receiveAll(), "question");
  await upstream.send("answer");
  await upstream.end();
  assertEquals(await client.receiveAll(), "answer");
});

Deno.test("relay() throws at once if the client has reset the connection before it began", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const gone = Promise.withResolvers<void>();
  await using serving: Serving = await serve(async (client) => {
    await using upstream = await dial(`127.0.0.1:${listener.addr.port}`, serving.connections);
    await gone.promise;
    await relay(client, upstream);
  });
  const client = await Visitor.open(serving);
  using upstream = new Client(await listener.accept());
  await client.leave("resets");
  gone.resolve();
  assertEquals(await upstream.receiveAll(), "");
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "client");
});

Deno.test("relay() slows a sender down whose bytes nobody reads, in either direction", async () => {
  for (const side of ["client", "upstream"] as const) {
    await using relaying = await startRelay();
    using pair = await relaying.pair();
    const [from, to] = side === "client"
      ? [pair.client, pair.upstream]
      : [pair.upstream, pair.client];
    const { row } = relaying.serving;
    const passed = () => row.get("bytesIn") + row.get("dialedBytesIn");
    let hasSent = false;
    const sending = from.send(new Uint8Array(MUCH)).then(() => hasSent = true);
    let [last, unchanged] = [0, 0];
    await until("nothing moves any more", () => {
      unchanged = passed() === last ? unchanged + 1 : 0;
      last = passed();
      return last > 0 && unchanged === STILL;
    });
    assert(!hasSent, `the ${side} could send everything`);
    assert(passed() < MUCH / 2, `${passed()} bytes were read of the ${side}`);
    assertEquals((await to.receive(MUCH)).length, MUCH);
    await sending;
    await from.end();
    await to.end();
    await relaying.serving.closed(1);
  }
});

Deno.test("relay() ends by --idle-timeout, which traffic in one direction alone puts off", async () => {
  await using relaying = await startRelay({ idleTimeout: 400 });
  using pair = await relaying.pair();
  const { client, upstream } = pair;
  const start = performance.now();
  let last = start;
  while (performance.now() - start < 1500) {
    last = performance.now();
    await client.send("x");
    assertEquals(await upstream.receiveText(1), "x");
  }
  assertEquals(await client.receiveAll(), "");
  assertEquals(await upstream.receiveAll(), "");
  const [summary] = await relaying.serving.closed(1);
  assertEquals(summary?.endedBy, "timeout");
  const rest = start + (summary?.duration ?? 0) - last;
  assert(rest >= 395, `it ended ${rest} ms after the last byte`);
});

Deno.test("relay() ends by --idle-timeout if one side never ends its stream", async () => {
  await using relaying = await startRelay({ idleTimeout: 200 });
  using pair = await relaying.pair();
  await pair.client.end();
  assertEquals(await pair.upstream.receiveAll(), "");
  const [summary] = await relaying.serving.closed(1);
  assertEquals(summary?.endedBy, "timeout");
});

Deno.test("relay() ends by --write-timeout if a client reads nothing of an answer", async () => {
  await using relaying = await startRelay({ idleTimeout: 100, writeTimeout: 500 });
  using pair = await relaying.pair();
  const sending = pair.upstream.send(new Uint8Array(MUCH)).catch(() => "lost");
  const [summary] = await relaying.serving.closed(1);
  assertEquals([summary?.endedBy, summary?.phase], ["timeout", "writing"]);
  assertEquals(await sending, "lost");
});

Deno.test("in a drain, relay() ends once it is silent, but not while the upstream owes an answer", async () => {
  await using relaying = await startRelay();
  using idle = await relaying.pair();
  using asked = await relaying.pair();
  await asked.client.send("question");
  assertEquals(await asked.upstream.receiveText(8), "question");
  relaying.serving.draining.abort();
  assertEquals(await idle.client.receiveAll(), "");
  assertEquals(await idle.upstream.receiveAll(), "");
  await asked.upstream.send("answer");
  assertEquals(await asked.client.receiveText(6), "answer");
  assertEquals(await asked.client.receiveAll(), "");
  const summaries = await relaying.serving.closed(2);
  assertEquals(summaries.map(({ endedBy }) => endedBy), ["drain", "drain"]);
});

Deno.test("relay() serves more pairs than the runtime completes reads in a turn, all of them", async () => {
  await using relaying = await startRelay();
  await using stack = new AsyncDisposableStack();
  const pairs: Pair[] = [];
  for (let i = 0; i < 150; i++) pairs.push(stack.use(await relaying.pair()));
  await Promise.all(pairs.map(async ({ client, upstream }, i) => {
    for (let round = 0; round < 20; round++) {
      const text = `${i} ${round};`;
      await client.send(text);
      assertEquals(await upstream.receiveText(text.length), text);
      await upstream.send(text);
      assertEquals(await client.receiveText(text.length), text);
    }
    await client.end();
    await upstream.end();
  }));
  const summaries = await relaying.serving.closed(150);
  assert(summaries.every(({ error }) => error === null));
});
