import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import type { Address } from "../../src/base/address.ts";
import type { Connection } from "../../src/core/connection.ts";
import { dial } from "../../src/core/dial.ts";
import { ConnectionError, IncompleteReadError } from "../../src/core/errors.ts";
import { Client } from "../helpers/client.ts";
import { type FetchServing, serveFetcher } from "../helpers/fetch.ts";
import { freePort } from "../helpers/free_port.ts";
import { ask } from "../helpers/http_client.ts";
import { serve, type Serving } from "../helpers/lane.ts";
import { listenSilently } from "../helpers/silent.ts";

const decoder = new TextDecoder();

/** An upstream that a test controls. */
function listenUpstream() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  return {
    address: { transport: "tcp", hostname: "127.0.0.1", port } satisfies Address,
    accept: async () => new Client(await listener.accept()),
    [Symbol.dispose]: () => listener.close(),
  };
}

/** An address on which nothing listens. */
function closedAddress(): Address {
  return { transport: "tcp", hostname: "127.0.0.1", port: freePort() };
}

/** A lane whose clients, if any, are ignored. */
function serveNobody(idleTimeout = 0): Promise<Serving> {
  return serve((connection) => connection.end(), { idleTimeout });
}

async function pump(from: Connection, to: Connection): Promise<void> {
  let data: Uint8Array | null;
  while ((data = await from.read()) !== null) await to.write(data);
  await to.end();
}

Deno.test("dial() suffices for a relay in ten lines: both directions, and each half-close on its own", async () => {
  using upstream = listenUpstream();
  await using serving: Serving = await serve(async (client) => {
    await using other = await dial(upstream.address, serving.connections);
    await Promise.all([pump(client, other), pump(other, client)]);
  });
  using client = await Client.connect(serving);
  await client.send("question");
  using server = await upstream.accept();
  assertEquals(await server.receiveText(8), "question");
  await client.end();
  assertEquals(await server.receiveAll(), "");
  await server.send("answer");
  assertEquals(await client.receiveText(6), "answer");
  await server.end();
  assertEquals(await client.receiveAll(), "");
  const [summary] = await serving.closed(1);
  assertEquals([summary?.endedBy, summary?.error], ["client", null]);
});

Deno.test("dial() relays megabytes both ways at once", async () => {
  const size = 4 * 1024 * 1024;
  const data = Uint8Array.from({ length: size }, (_, i) => i % 251);
  await using echo = await serve(async (connection) => await pump(connection, connection));
  await using serving: Serving = await serve(async (client) => {
    await using other = await dial(`127.0.0.1:${echo.port}`, serving.connections);
    await Promise.all([pump(client, other), pump(other, client)]);
  });
  using client = await Client.connect(serving);
  const [received] = await Promise.all([client.receive(size), client.send(data)]);
  assert(received.every((byte, i) => byte === i % 251));
});

Deno.test("dial() counts dialed connections separately from clients", async () => {
  using upstream = listenUpstream();
  await using serving: Serving = await serve(async (client) => {
    await using other = await dial(upstream.address, serving.connections);
    await other.write("hello there");
    await client.write(await other.readExactly(3) ?? "");
  });
  using client = await Client.connect(serving);
  using server = await upstream.accept();
  assertEquals(await server.receiveText(11), "hello there");
  await server.send("yes");
  await server.end();
  assertEquals(await client.receiveAll(), "yes");
  const { row } = serving;
  const dialed = [row.get("dialed"), row.get("dialedBytesIn"), row.get("dialedBytesOut")];
  assertEquals(dialed, [1, 3, 11]);
  assertEquals([row.get("bytesIn"), row.get("bytesOut"), row.open], [0, 3, 1]);
});

Deno.test("dial() returns the buffer when the connection is disposed of", async () => {
  using upstream = listenUpstream();
  await using serving = await serveNobody();
  const { buffers, connections } = serving;
  const next = buffers.lendSmall();
  buffers.release(next);
  for (let i = 0; i < 3; i++) {
    await using other = await dial(upstream.address, connections);
    using server = await upstream.accept();
    await server.send("x");
    const data = await other.read();
    assertEquals(data?.buffer, next.buffer);
    assertEquals(data?.byteOffset, next.byteOffset, "another buffer was lent");
  }
  assertEquals(buffers.lendSmall(), next);
});

Deno.test("dial() connects to a Unix socket", async () => {
  const path = `${await Deno.makeTempDir()}/upstream.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  await using serving = await serveNobody();
  {
    await using other = await dial(`unix:${path}`, serving.connections);
    using server = await listener.accept();
    await server.write(new TextEncoder().encode("hi"));
    assertEquals(decoder.decode(await other.readExactly(2) ?? undefined), "hi");
    server.close();
  }
  listener.close();
});

Deno.test("dial() connects to a name at whichever of its addresses a server listens", async () => {
  await using serving = await serveNobody();
  for (const hostname of ["127.0.0.1", "::1"]) {
    using listener = Deno.listen({ hostname, port: 0 });
    const { port } = listener.addr;
    await using other = await dial(`localhost:${port}`, serving.connections);
    using _server = await listener.accept();
    assertEquals(other.remoteAddr, { transport: "tcp", hostname, port });
  }
});

Deno.test("dial() reports why it cannot connect", async () => {
  await using serving = await serveNobody();
  const { connections } = serving;
  const address = closedAddress();
  const refused = await assertRejects(() => dial(address, connections), ConnectionError);
  const { port } = address as Address & { transport: "tcp" };
  assertEquals(refused.message, `Cannot connect to 127.0.0.1:${port}: connection refused`);
  assertEquals([refused.endedBy, refused.peer], ["upstream", "upstream"]);
  await assertRejects(
    () => dial("unix:/nowhere/x.sock", connections),
    ConnectionError,
    "Cannot connect to unix:/nowhere/x.sock: no such socket",
  );
  await assertRejects(() => dial("nonsense", connections), TypeError, "expected an address");
  assertEquals(serving.row.get("dialed"), 0);
});

Deno.test("dial() gives up after its connect timeout", async () => {
  using silent = await listenSilently();
  await using serving = await serveNobody();
  const start = performance.now();
  const error = await assertRejects(
    () => dial(silent.address, serving.connections, { connectTimeout: 200 }),
    ConnectionError,
    `Cannot connect to ${silent.address}: no answer within 200 ms`,
  );
  assertEquals([error.endedBy, error.peer], ["timeout", "upstream"]);
  assert(performance.now() - start >= 195, "it gave up early");
});

Deno.test("dial() is cancelled by its signal, even one that has already aborted", async () => {
  using silent = await listenSilently();
  await using serving = await serveNobody();
  const controller = new AbortController();
  const { signal } = controller;
  const dialing = dial(silent.address, serving.connections, { signal });
  controller.abort(new Error("not needed any more"));
  await assertRejects(() => dialing, Error, "not needed any more");
  using upstream = listenUpstream();
  await assertRejects(
    () => dial(upstream.address, serving.connections, { signal }),
    Error,
    "not needed any more",
  );
});

Deno.test("Connections.kill() closes dialed connections, cancels pending dials, and rejects new ones", async () => {
  using silent = await listenSilently();
  using upstream = listenUpstream();
  await using serving = await serveNobody();
  const { connections } = serving;
  const dialing = dial(silent.address, connections);
  await using other = await dial(upstream.address, connections);
  const reading = other.read();
  connections.kill();
  const error = await assertRejects(() => reading, ConnectionError);
  assertEquals([error.endedBy, error.peer], ["drain", "upstream"]);
  const dials = [dialing, dial(upstream.address, connections)];
  await Promise.all(
    dials.map((one) => assertRejects(() => one, ConnectionError, "the lane has ended")),
  );
});

Deno.test("Connections.ended() closes dialed connections when the last client has disconnected", async () => {
  using upstream = listenUpstream();
  await using serving: Serving = await serve(async (client) => void await client.read());
  await using other = await dial(upstream.address, serving.connections);
  const reading = assertRejects(() => other.read(), ConnectionError);
  using client = await Client.connect(serving);
  await client.send("x");
  await client.end();
  await serving.closed(1);
  await serving.connections.ended();
  await reading;
});

Deno.test("a drain ends an idle dialed connection, but not one that is owed an answer", async () => {
  using upstream = listenUpstream();
  await using serving = await serveNobody();
  await using idle = await dial(upstream.address, serving.connections);
  using idleServer = await upstream.accept();
  await using asked = await dial(upstream.address, serving.connections);
  using askedServer = await upstream.accept();
  await asked.write("question");
  await idle.write("hello");
  await idleServer.send("welcome");
  assertEquals(decoder.decode(await idle.readExactly(7) ?? undefined), "welcome");
  const answer = asked.readExactly(6);
  serving.draining.abort();
  const error = await assertRejects(() => idle.read(), ConnectionError);
  assertEquals([error.endedBy, error.peer], ["drain", "upstream"]);
  await askedServer.send("answer");
  assertEquals(decoder.decode(await answer ?? undefined), "answer");
  await assertRejects(() => asked.read(), ConnectionError, "ended by drain");
});

Deno.test("a dialed connection obeys --idle-timeout", async () => {
  using upstream = listenUpstream();
  await using serving = await serveNobody(100);
  await using other = await dial(upstream.address, serving.connections);
  await other.write("question");
  const error = await assertRejects(() => other.read(), ConnectionError);
  assertEquals([error.endedBy, error.peer], ["timeout", "upstream"]);
});

Deno.test("a failing upstream ends the client's connection as ended by the upstream", async () => {
  const address = closedAddress();
  using upstream = listenUpstream();
  await using serving: Serving = await serve(async (client) => {
    const isRefused = await client.readLine(100) === "refused";
    await using other = await dial(isRefused ? address : upstream.address, serving.connections);
    await other.readExactly(10);
  });
  using first = await Client.connect(serving);
  assertEquals(await first.ask("refused"), "");
  using second = await Client.connect(serving);
  await second.send("incomplete\n");
  {
    using server = await upstream.accept();
    await server.send("short");
  }
  assertEquals(await second.receiveAll(), "");
  const [refused, incomplete] = await serving.closed(2);
  assertEquals([refused?.endedBy, incomplete?.endedBy], ["upstream", "upstream"]);
  assertInstanceOf(incomplete?.error, IncompleteReadError);
  assertEquals(
    incomplete?.error?.message,
    "Cannot finish reading: the upstream disconnected after 5 bytes",
  );
});

Deno.test("a failing upstream makes a fetch handler answer 500, and the client's connection continues", async () => {
  const address = closedAddress();
  await using serving: FetchServing = await serveFetcher(async ({ url }) => {
    if (url.endsWith("/dial")) await dial(address, serving.connections);
    return new Response("fine");
  });
  using client = await Client.connect(serving);
  assertEquals((await ask(client, "GET", "/dial")).status, 500);
  assertEquals((await ask(client, "GET", "/")).status, 200);
});
