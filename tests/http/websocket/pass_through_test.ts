import { assert, assertEquals } from "@std/assert";
import { dial } from "../../../src/core/dial.ts";
import type { Field, HttpHandler } from "../../../src/http/message.ts";
import { passThrough } from "../../../src/http/websocket/pass_through.ts";
import { Client } from "../../helpers/client.ts";
import { serve, type ServeOptions, type Serving } from "../../helpers/lane.ts";
import { encodeFrame, type FrameParts, serveHandler } from "../../helpers/websocket.ts";

const encoder = new TextEncoder();
/** What the balancer sends to a client: 1001. */
const GOING_AWAY = Uint8Array.of(0x88, 2, 0x03, 0xe9);

/** A lane between a client and a backend that a test controls, after the handshake. */
interface Passing extends AsyncDisposable {
  readonly serving: Serving;
  readonly client: Client;
  readonly backend: Client;
}

async function startPassing(protocol = "websocket", options: ServeOptions = {}): Promise<Passing> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving: Serving = await serve(async (client) => {
    await using upstream = await dial(`127.0.0.1:${listener.addr.port}`, serving.connections);
    await passThrough(client, upstream, protocol);
  }, options);
  const client = await Client.connect(serving);
  const backend = new Client(await listener.accept());
  return {
    serving,
    client,
    backend,
    async [Symbol.asyncDispose]() {
      client.close();
      backend.close();
      listener.close();
      await serving[Symbol.asyncDispose]();
    },
  };
}

/** The code of a close frame that must be masked. */
function unmaskedCode(frame: Uint8Array): number {
  assertEquals([...frame.subarray(0, 2)], [0x88, 0x82]);
  const [a = 0, b = 0] = [...frame.subarray(6)].map((byte, i) => byte ^ (frame[2 + i] ?? 0));
  return a * 256 + b;
}

function close(parts: Partial<FrameParts> = {}): Uint8Array {
  return encodeFrame({ opcode: 8, payload: Uint8Array.of(0x03, 0xe9), ...parts });
}

/** A WebSocket from a client to a backend, both real ones, by a handler that passes it through. */
async function startSockets() {
  const closed = Promise.withResolvers<number>();
  const backend = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(data);
    socket.onclose = ({ code }) => closed.resolve(code);
    return response;
  });
  const handler: HttpHandler = async ({ headers }) => {
    const upstream = await dial(`127.0.0.1:${backend.addr.port}`, serving.connections);
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
    await upstream.write(`GET / HTTP/1.1\r\n${lines.join("")}\r\n`);
    const head = await upstream.readUntil(encoder.encode("\r\n\r\n"), 4096);
    return {
      status: 101,
      headers: fieldsOf(head ?? new Uint8Array()),
      async upgrade(client) {
        await using connection = upstream;
        await passThrough(client, connection, "WebSocket");
      },
    };
  };
  const serving: Serving = await serveHandler(handler);
  const socket = new WebSocket(`ws://127.0.0.1:${serving.port}/`);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve) => socket.onopen = resolve);
  return {
    serving,
    socket,
    /** The code with which the backend's socket was closed. */
    backendClosed: closed.promise,
    async [Symbol.asyncDispose]() {
      await serving[Symbol.asyncDispose]();
      await backend.shutdown();
    },
  };
}

/** The fields of a head, but those that the conversation writes itself. */
function fieldsOf(head: Uint8Array): Field[] {
  const [, ...lines] = new TextDecoder().decode(head).trim().split("\r\n");
  const fields = lines.map((line): Field => {
    const [name = "", value = ""] = line.split(": ");
    return [name, value];
  });
  return fields.filter(([name]) => !/^(connection|date)$/i.test(name));
}

function closeEvent(socket: WebSocket): Promise<CloseEvent> {
  return new Promise((resolve) => socket.onclose = resolve);
}

Deno.test("passThrough() passes messages of all lengths both ways", async () => {
  await using sockets = await startSockets();
  const { socket, serving } = sockets;
  for (const length of [0, 1, 125, 126, 65_535, 65_536, 3_000_000]) {
    const sent = new Uint8Array(length).map((_, i) => i % 251);
    const answer = new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
    socket.send(sent);
    assertEquals(new Uint8Array((await answer).data), sent);
  }
  const closing = closeEvent(socket);
  socket.close(4000, "done");
  const { code, wasClean } = await closing;
  assertEquals([code, wasClean, await sockets.backendClosed], [4000, true, 4000]);
  const [summary] = await serving.closed(1);
  assertEquals(summary?.error, null);
});

Deno.test("in a drain, passThrough() closes an idle WebSocket with 1001 at both ends", async () => {
  await using sockets = await startSockets();
  const { socket, serving } = sockets;
  const closing = closeEvent(socket);
  serving.draining.abort();
  const { code, wasClean } = await closing;
  assertEquals([code, wasClean, await sockets.backendClosed], [1001, true, 1001]);
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "drain");
});

Deno.test("in a drain, passThrough() closes a WebSocket on which both ends send all the time", async () => {
  await using sockets = await startSockets();
  const { socket, serving } = sockets;
  let [sent, received] = [0, 0];
  const send = () => socket.send(`message ${sent++}`);
  socket.onmessage = ({ data }) => {
    assertEquals(data, `message ${received++}`);
    if (received === 100) serving.draining.abort();
    if (socket.readyState === WebSocket.OPEN) send();
  };
  const closing = closeEvent(socket);
  for (let i = 0; i < 20; i++) send();
  const { code, wasClean } = await closing;
  assertEquals([code, wasClean, await sockets.backendClosed], [1001, true, 1001]);
  assert(received >= 100);
});

Deno.test("in a drain, passThrough() completes the frame in progress before it closes", async () => {
  await using passing = await startPassing();
  const { client, backend, serving } = passing;
  const frame = encodeFrame({ opcode: 2, isMasked: false, payload: new Uint8Array(100_000) });
  await backend.send(frame.subarray(0, 50_000));
  assertEquals(await client.receive(50_000), frame.subarray(0, 50_000));
  serving.draining.abort();
  // The other direction is between two frames.
  assertEquals(unmaskedCode(await backend.receive(8)), 1001);
  const next = encodeFrame({ opcode: 1, isMasked: false, payload: "late" });
  await backend.send(Uint8Array.of(...frame.subarray(50_000), ...next, ...next));
  const rest = frame.subarray(50_000);
  assertEquals(await client.receive(rest.length), rest);
  assertEquals(await client.receive(GOING_AWAY.length), GOING_AWAY);
  await client.send(close());
  await backend.send(close({ isMasked: false }));
  assertEquals(await client.receiveAll(), "");
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "drain");
});

Deno.test("in a drain, passThrough() waits for no answer longer than a second", async () => {
  await using passing = await startPassing();
  const { client, backend, serving } = passing;
  const start = performance.now();
  serving.draining.abort();
  assertEquals(await client.receive(4), GOING_AWAY);
  assertEquals(unmaskedCode(await backend.receive(8)), 1001);
  assertEquals(await client.receiveAll(), "");
  // Timers may be early by a millisecond or two.
  assert(performance.now() - start >= 990);
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "drain");
});

Deno.test("in a drain, passThrough() gives up on a frame that does not go on", async () => {
  await using passing = await startPassing();
  const { client, backend, serving } = passing;
  await backend.send(Uint8Array.of(0x82, 10, 1, 2));
  await client.receive(4);
  serving.draining.abort();
  assertEquals(await client.receiveAll(), "");
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "drain");
});

Deno.test("in a drain, passThrough() sends nothing after a close frame of the other end", async () => {
  await using passing = await startPassing();
  const { client, backend, serving } = passing;
  const first = close({ isMasked: false, payload: Uint8Array.of(0x03, 0xe8) });
  await backend.send(first);
  assertEquals(await client.receive(first.length), first);
  serving.draining.abort();
  // The backend is answered in place of the client.
  assertEquals(unmaskedCode(await backend.receive(8)), 1001);
  await client.send(close());
  assertEquals(await client.receiveAll(), "");
  assertEquals(await backend.receiveAll(), "");
});

Deno.test("passThrough() of another protocol knows no frames", async () => {
  await using passing = await startPassing("chat");
  const { client, backend, serving } = passing;
  await client.send("question");
  assertEquals(await backend.receiveText(8), "question");
  await backend.send("answer");
  assertEquals(await client.receiveText(6), "answer");
  serving.draining.abort();
  assertEquals(await client.receiveAll(), "");
  assertEquals(await backend.receiveAll(), "");
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "drain");
});

Deno.test("passThrough() ends an idle WebSocket by --idle-timeout", async () => {
  await using passing = await startPassing("websocket", { idleTimeout: 200 });
  assertEquals(await passing.client.receiveAll(), "");
  const [summary] = await passing.serving.closed(1);
  assertEquals(summary?.endedBy, "timeout");
});
