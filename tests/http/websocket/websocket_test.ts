import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { HttpError } from "../../../src/http/error.ts";
import { upgradeWebSocket } from "../../../src/http/websocket/websocket.ts";
import { until, waitFor } from "../../helpers/until.ts";
import {
  closePayload,
  FrameClient,
  type FrameParts,
  HANDSHAKE,
  makeRequest,
  serveSockets,
} from "../../helpers/websocket.ts";

const decoder = new TextDecoder();
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const KIB = 1024;
const MIB = 1024 * KIB;

/** A request with the fields of {@linkcode HANDSHAKE} and some changes; null removes a field. */
function handshake(
  changes: Record<string, string | null> = {},
  start: Parameters<typeof makeRequest>[1] = {},
) {
  const fields = Object.entries({ ...HANDSHAKE, ...changes }).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const]
  );
  return makeRequest(fields, start);
}

/** Connects the runtime's own client. */
async function connect(server: { port: number }, protocols: string[] = []): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${server.port}/chat`, protocols);
  client.binaryType = "arraybuffer";
  await next(client, "open");
  return client;
}

/** The next event of a type. */
function next<K extends keyof WebSocketEventMap>(
  socket: WebSocket,
  type: K,
): Promise<WebSocketEventMap[K]> {
  return new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
}

/** Closes the client's socket, and waits for the server's close. */
async function close(client: WebSocket): Promise<CloseEvent> {
  const closed = next(client, "close");
  client.close(1000);
  return await closed;
}

/** Records the events of a socket. */
function record(into: unknown[]): (socket: WebSocket) => void {
  return (socket) => {
    socket.onmessage = ({ data }) => into.push(data);
    socket.onerror = (event) => into.push((event as ErrorEvent).message);
    socket.onclose = ({ code, reason, wasClean }) => into.push({ code, reason, wasClean });
  };
}

function echo(socket: WebSocket): void {
  socket.onmessage = (event) => socket.send(event.data);
}

Deno.test("upgradeWebSocket hashes the key (RFC 6455, 1.3), and selects a subprotocol", () => {
  const offered = handshake({ "sec-websocket-protocol": "soap, chat" });
  const { response, socket } = upgradeWebSocket(offered, { protocol: "chat" });
  assertEquals(response.status, 101);
  assertEquals(response.headers, [
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
    ["Sec-WebSocket-Protocol", "chat"],
  ]);
  assertEquals([socket.protocol, upgradeWebSocket(offered).socket.protocol], ["chat", ""]);
});

Deno.test("upgradeWebSocket finds the tokens of Upgrade and Connection in lists, in any case", () => {
  upgradeWebSocket(handshake({ upgrade: "h2c,WebSocket", connection: "keep-alive, UPGRADE" }));
});

Deno.test("upgradeWebSocket rejects invalid handshakes (RFC 6455, 4.2.1)", () => {
  const upgrade = { upgrade: "websocket" };
  const version = { ...upgrade, "sec-websocket-version": "13" };
  const cases: [string, ReturnType<typeof handshake>, number, Record<string, string>][] = [
    ["POST", handshake({}, { method: "POST" }), 405, { allow: "GET" }],
    ["HTTP/1.0", handshake({}, { version: "1.0" }), 426, upgrade],
    ["no Upgrade", handshake({ upgrade: null }), 426, upgrade],
    ["another Upgrade", handshake({ upgrade: "websockets" }), 426, upgrade],
    ["no Connection", handshake({ connection: null }), 426, upgrade],
    ["another Connection", handshake({ connection: "keep-alive" }), 426, upgrade],
    ["no version", handshake({ "sec-websocket-version": null }), 426, version],
    ["version 8", handshake({ "sec-websocket-version": "8" }), 426, version],
    ["two versions", handshake({ "sec-websocket-version": "13, 8" }), 426, version],
    ["no key", handshake({ "sec-websocket-key": null }), 400, {}],
    ["a short key", handshake({ "sec-websocket-key": "c2hvcnQ=" }), 400, {}],
    ["a key of other characters", handshake({ "sec-websocket-key": "!".repeat(24) }), 400, {}],
    ["a body", handshake({}, { bodyLength: 5 }), 400, {}],
    ["a body of unknown length", handshake({}, { bodyLength: null }), 400, {}],
  ];
  for (const [name, request, status, fields] of cases) {
    const error = assertThrows(() => upgradeWebSocket(request), HttpError, undefined, name);
    assertEquals(error.status, status, name);
    assertEquals(lowered(error.fields), fields, name);
  }
});

function lowered(fields: HttpError["fields"]): Record<string, string> {
  return Object.fromEntries(fields.map(([name, value]) => [name.toLowerCase(), value]));
}

Deno.test("upgradeWebSocket rejects a second key, and a subprotocol that was not offered", () => {
  const fields = Object.entries(HANDSHAKE);
  const twice = makeRequest([...fields, ...fields.filter(([name]) => name.endsWith("-key"))]);
  const refused = [
    () => upgradeWebSocket(twice),
    () => upgradeWebSocket(handshake(), { protocol: "chat" }),
    () =>
      upgradeWebSocket(handshake({ "sec-websocket-protocol": "chatter" }), { protocol: "chat" }),
  ];
  for (const act of refused) assertEquals(assertThrows(act, HttpError).status, 400);
});

Deno.test("WebSocket is an EventTarget that is connecting until the response is sent", () => {
  const { socket } = upgradeWebSocket(handshake());
  assertInstanceOf(socket, EventTarget);
  assertEquals(
    [socket.readyState, socket.url, socket.extensions, socket.binaryType, socket.bufferedAmount],
    [socket.CONNECTING, "ws://example.org/chat?room=1", "", "blob", 0],
  );
  assertEquals(
    [socket.CONNECTING, socket.OPEN, socket.CLOSING, socket.CLOSED],
    [WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSING, WebSocket.CLOSED],
  );
  const error = assertThrows(() => socket.send("x"), DOMException);
  assertEquals(error.name, "InvalidStateError");
  socket.binaryType = "arraybuffer";
  socket.binaryType = "nodebuffer" as BinaryType;
  assertEquals(socket.binaryType, "arraybuffer");
});

Deno.test("WebSocket.close() accepts the codes of a server, and reasons up to 123 bytes", () => {
  const { socket } = upgradeWebSocket(handshake());
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 2000, 2999, 5000, NaN]) {
    const error = assertThrows(() => socket.close(code), DOMException, undefined, `${code}`);
    assertEquals(error.name, "InvalidAccessError");
  }
  const error = assertThrows(() => socket.close(1000, "é".repeat(62)), DOMException);
  assertEquals([error.name, socket.readyState], ["SyntaxError", socket.CONNECTING]);
  socket.close(1008, "x".repeat(123));
  assertEquals(socket.readyState, socket.CLOSING);
  socket.send("ignored");
});

Deno.test("WebSocket carries text and binary messages of any length in both directions", async () => {
  await using server = await serveSockets((socket) => {
    socket.binaryType = "arraybuffer";
    echo(socket);
  });
  const client = await connect(server);
  for (const size of [0, 1, 125, 126, 65_535, 65_536, MIB]) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => i % 251);
    client.send(bytes);
    const { data } = await next(client, "message");
    assertInstanceOf(data, ArrayBuffer);
    assertEquals(new Uint8Array(data), bytes);
    const text = "\ufeffé".repeat(size / 5) + "x".repeat(size % 5);
    client.send(text);
    assert((await next(client, "message")).data === text, `a text of ${size} bytes`);
  }
  assertEquals((await close(client)).code, 1000);
});

Deno.test("WebSocket opens, and may send first, while the signal watches the client", async () => {
  await using server = await serveSockets((socket, request) => {
    request.signal.addEventListener("abort", () => {});
    socket.onopen = () => socket.send("hello");
    echo(socket);
  });
  using client = await FrameClient.connect(server);
  assertEquals(decoder.decode((await client.receive())?.payload), "hello");
  await client.send({ opcode: TEXT, payload: "you" });
  assertEquals(decoder.decode((await client.receive())?.payload), "you");
});

Deno.test("WebSocket receives frames that arrived together with the handshake", async () => {
  await using server = await serveSockets(echo);
  using client = await FrameClient.connect(server, { opcode: TEXT, payload: "early" });
  assertEquals(decoder.decode((await client.receive())?.payload), "early");
});

Deno.test("WebSocket sends Blobs, views and strings in order, as they were at send()", async () => {
  const view = new Uint8Array([0, 1, 2, 3]).subarray(1, 3);
  await using server = await serveSockets((socket) => {
    socket.onopen = () => {
      socket.send(new Blob(["blob"]));
      socket.send(view);
      view.fill(9);
      socket.send(view.buffer);
      socket.send("text");
      socket.send(7 as unknown as string);
    };
  });
  using client = await FrameClient.connect(server);
  const frames = [];
  for (let i = 0; i < 5; i++) frames.push(await client.receive());
  assertEquals(frames.map((frame) => [frame?.opcode, [...frame?.payload ?? []]]), [
    [BINARY, [...new TextEncoder().encode("blob")]],
    [BINARY, [1, 2]],
    [BINARY, [0, 9, 9, 3]],
    [TEXT, [...new TextEncoder().encode("text")]],
    [TEXT, [55]],
  ]);
});

Deno.test("WebSocket.binaryType sets the type of binary messages, even while open", async () => {
  const received: unknown[] = [];
  await using server = await serveSockets((socket) => {
    socket.onmessage = ({ data }) => {
      received.push(data);
      socket.binaryType = "arraybuffer";
    };
  });
  using client = await FrameClient.connect(server);
  await client.send({ opcode: BINARY, payload: "one" }, { opcode: BINARY, payload: "two" });
  await until("both have arrived", () => received.length === 2);
  const [blob, buffer] = received;
  assertInstanceOf(blob, Blob);
  assertEquals(await (blob as Blob).text(), "one");
  assertInstanceOf(buffer, ArrayBuffer);
  assertEquals(decoder.decode(buffer as ArrayBuffer), "two");
});

Deno.test("WebSocket joins fragments, and answers a ping between them", async () => {
  const received: unknown[] = [];
  await using server = await serveSockets(record(received));
  using client = await FrameClient.connect(server);
  await client.send(
    { opcode: TEXT, payload: new Uint8Array([0xc3]), isLast: false },
    { opcode: PING, payload: "hi" },
    { opcode: 0, payload: new Uint8Array([0xa9]), isLast: false },
  );
  const pong = await client.receive();
  assertEquals([pong?.opcode, decoder.decode(pong?.payload)], [PONG, "hi"]);
  assertEquals(received, []);
  await client.send({ opcode: 0, payload: "!" }, { opcode: CLOSE });
  assertEquals(await client.receiveClose(), null);
  assertEquals(await client.receive(), null);
  client.close();
  await until("the socket is closed", () => received.length === 2);
  assertEquals(received, ["é!", { code: 1005, reason: "", wasClean: true }]);
});

Deno.test("WebSocket closes when the client does, with its code and reason", async () => {
  const events: unknown[] = [];
  await using server = await serveSockets(record(events));
  const client = await connect(server);
  const closed = next(client, "close");
  client.close(4001, "done");
  assertEquals([(await closed).code, (await closed).wasClean], [4001, true]);
  await until("the server's socket is closed", () => events.length > 0);
  assertEquals(events, [{ code: 4001, reason: "done", wasClean: true }]);
  const [summary] = await server.closed(1);
  assertEquals([summary?.endedBy, summary?.error], ["client", null]);
});

Deno.test("WebSocket.close() sends earlier messages, then code and reason", async () => {
  const events: unknown[] = [];
  await using server = await serveSockets((socket) => {
    record(events)(socket);
    socket.onopen = () => {
      socket.send("x".repeat(MIB));
      socket.close(1008, "too bad");
      socket.close(1000, "ignored");
      assertEquals(socket.readyState, socket.CLOSING);
      socket.send("ignored");
    };
  });
  const client = await connect(server);
  const message = next(client, "message");
  const { code, reason, wasClean } = await next(client, "close");
  assertEquals((await message).data.length, MIB);
  assertEquals([code, reason, wasClean], [1008, "too bad", true]);
  const [summary] = await server.closed(1);
  assertEquals([summary?.endedBy, summary?.error], ["server", null]);
  assertEquals(events, [{ code: 1008, reason: "too bad", wasClean: true }]);
});

Deno.test("WebSocket.close() before the socket is open closes as soon as possible", async () => {
  const events: unknown[] = [];
  await using server = await serveSockets((socket) => {
    record(events)(socket);
    socket.onopen = () => events.push("open");
    socket.close(4000, "not today");
  });
  using client = await FrameClient.connect(server);
  assertEquals(await client.receiveClose(), 4000);
  await client.send({ opcode: CLOSE, payload: closePayload(4000) });
  assertEquals(await client.receive(), null);
  client.close();
  await server.closed(1);
  assertEquals(events, [{ code: 4000, reason: "", wasClean: true }]);
});

Deno.test("WebSocket delivers no message after close()", async () => {
  const events: unknown[] = [];
  await using server = await serveSockets((socket) => {
    socket.onmessage = ({ data }) => {
      events.push(data);
      socket.close(1000);
    };
  });
  using client = await FrameClient.connect(server);
  await client.send({ opcode: TEXT, payload: "1" }, { opcode: TEXT, payload: "2" });
  assertEquals(await client.receiveClose(), 1000);
  await client.send({ opcode: CLOSE, payload: closePayload(1000) });
  assertEquals(await client.receive(), null);
  assertEquals(events, ["1"]);
});

const INVALID_FRAMES: readonly (readonly [name: string, code: number, ...frames: FrameParts[]])[] =
  [
    ["no mask", 1002, { opcode: TEXT, payload: "x", isMasked: false }],
    ["reserved opcode 3", 1002, { opcode: 3 }],
    ["reserved opcode 11", 1002, { opcode: 11 }],
    ["reserved bit 1", 1002, { opcode: TEXT, payload: "x", reserved: 0x40 }],
    ["reserved bit 3", 1002, { opcode: TEXT, payload: "x", reserved: 0x10 }],
    ["a continuation of nothing", 1002, { opcode: 0, payload: "x" }],
    [
      "a message within a message",
      1002,
      { opcode: TEXT, payload: "x", isLast: false },
      { opcode: TEXT, payload: "y" },
    ],
    ["a ping in fragments", 1002, { opcode: PING, isLast: false }],
    ["a ping of 126 bytes", 1002, { opcode: PING, payload: "x".repeat(126) }],
    ["a close of one byte", 1002, { opcode: CLOSE, payload: "x" }],
    ["a close with code 1006", 1002, { opcode: CLOSE, payload: closePayload(1006) }],
    ["invalid UTF-8", 1007, { opcode: TEXT, payload: new Uint8Array([0xc3, 0x28]) }],
    ["a surrogate", 1007, { opcode: TEXT, payload: new Uint8Array([0xed, 0xa0, 0x80]) }],
    [
      "an invalid reason",
      1007,
      { opcode: CLOSE, payload: new Uint8Array([...closePayload(1000), 0xff]) },
    ],
    ["more than 16 MiB", 1009, { opcode: BINARY, length: 16 * MIB + 1 }],
    [
      "more than 16 MiB in fragments",
      1009,
      { opcode: BINARY, payload: "x", isLast: false },
      { opcode: 0, length: 16 * MIB },
    ],
  ];

for (const [name, code, ...frames] of INVALID_FRAMES) {
  Deno.test(`WebSocket fails with ${code} on ${name}`, async () => {
    const events: unknown[] = [];
    await using server = await serveSockets(record(events));
    using client = await FrameClient.connect(server);
    await client.send(...frames);
    assertEquals(await client.receiveClose(), code);
    assertEquals(await client.receive(), null);
    client.close();
    const [summary] = await server.closed(1);
    assertEquals([summary?.endedBy, summary?.error], ["server", null]);
    assertEquals(events.length, 2);
    assertEquals(events[1], { code: 1006, reason: "", wasClean: false });
  });
}

Deno.test("WebSocket accepts a message of 16 MiB", async () => {
  await using server = await serveSockets((socket) => {
    socket.onmessage = ({ data }) => socket.send(`${data.size}`);
  });
  const client = await connect(server);
  client.send(new Uint8Array(16 * MIB));
  assertEquals((await next(client, "message")).data, `${16 * MIB}`);
  await close(client);
});

Deno.test("WebSocket closes with 1001 when the server drains", async () => {
  const events: unknown[] = [];
  await using server = await serveSockets(record(events));
  const client = await connect(server);
  const closed = next(client, "close");
  server.draining.abort();
  const { code, reason, wasClean } = await closed;
  assertEquals([code, reason, wasClean], [1001, "Going away", true]);
  const [summary] = await server.closed(1);
  assertEquals([summary?.endedBy, summary?.error], ["drain", null]);
  assertEquals(events, [{ code: 1001, reason: "Going away", wasClean: true }]);
});

Deno.test("WebSocket does not wait for a client that ignores the drain", async () => {
  const events: unknown[] = [];
  await using server = await serveSockets(record(events));
  using client = await FrameClient.connect(server);
  server.draining.abort();
  assertEquals(await client.receiveClose(), 1001);
  const [summary] = await server.closed(1);
  assertEquals([summary?.endedBy, summary?.error], ["drain", null]);
  assertEquals(events, [{ code: 1006, reason: "", wasClean: false }]);
});

Deno.test("WebSocket does not wait for a client that keeps its end open after the close", async () => {
  const events: unknown[] = [];
  await using server = await serveSockets(record(events));
  using client = await FrameClient.connect(server);
  await client.send({ opcode: CLOSE, payload: closePayload(1000) });
  assertEquals(await client.receiveClose(), 1000);
  const [summary] = await server.closed(1);
  assertEquals([summary?.endedBy, summary?.error], ["client", null]);
  assertEquals(events, [{ code: 1000, reason: "", wasClean: true }]);
});

Deno.test("WebSocket closes with 1006 when the client disconnects without a close", async () => {
  const events: unknown[] = [];
  await using server = await serveSockets(record(events));
  using half = await FrameClient.connect(server);
  await half.send({ opcode: TEXT, payload: "unfinished", isLast: false });
  await half.end();
  assertEquals(await half.receive(), null);
  const gone = await FrameClient.connect(server);
  gone.close();
  const summaries = await server.closed(2);
  assertEquals(summaries.map(({ endedBy }) => endedBy), ["client", "client"]);
  const abnormal = { code: 1006, reason: "", wasClean: false };
  assertEquals(events, [abnormal, abnormal]);
});

Deno.test("WebSocket closes with 1006 when the connection is reset", async () => {
  const events: unknown[] = [];
  const sockets: WebSocket[] = [];
  await using server = await serveSockets((socket) => {
    record(events)(socket);
    sockets.push(socket);
    socket.onopen = () => {
      socket.send("read");
      socket.send("unread");
    };
  });
  const client = await FrameClient.connect(server);
  await client.receive();
  await until("the rest is sent", () => sockets[0]?.bufferedAmount === 0);
  // Closing with unread data makes the kernel send a reset.
  client.close();
  const [summary] = await server.closed(1);
  assertEquals([summary?.endedBy, summary?.error], ["client", null]);
  assertEquals(events, [{ code: 1006, reason: "", wasClean: false }]);
});

Deno.test("WebSocket pings a silent client, and keeps one that answers", async () => {
  const events: unknown[] = [];
  await using server = await serveSockets(record(events), { idleTimeout: 0.2 });
  using client = await FrameClient.connect(server);
  for (let i = 0; i < 4; i++) {
    const ping = await client.receive();
    assertEquals(ping?.opcode, PING);
    await client.send({ opcode: PONG, payload: ping?.payload ?? "" });
  }
  assertEquals(events, []);
});

Deno.test("WebSocket disconnects a client that does not answer a ping", async () => {
  const events: unknown[] = [];
  await using server = await serveSockets(record(events), { idleTimeout: 0.2 });
  using client = await FrameClient.connect(server);
  const start = performance.now();
  assertEquals((await client.receive())?.opcode, PING);
  assertEquals(await client.receive(), null);
  assert(performance.now() - start >= 195, "the client had less than the idle timeout");
  const [summary] = await server.closed(1);
  assertEquals([summary?.endedBy, summary?.error], ["timeout", null]);
  assertEquals(events, [
    "Cannot continue: no answer to a ping",
    { code: 1006, reason: "", wasClean: false },
  ]);
});

Deno.test("WebSocket may be silent forever with an idle timeout of 0, whatever --idle-timeout is", async () => {
  await using server = await serveSockets(echo, { idleTimeout: 0 }, { idleTimeout: 100 });
  using client = await FrameClient.connect(server);
  await using other = await serveSockets(echo, { idleTimeout: 0.4 }, { idleTimeout: 100 });
  using _silent = await FrameClient.connect(other);
  // Waits until a client with a timeout would have been disconnected.
  await other.closed(1);
  await client.send({ opcode: TEXT, payload: "still here" });
  assertEquals(decoder.decode((await client.receive())?.payload), "still here");
});

Deno.test("WebSocket closes with 1011 when a listener throws or rejects, and reports the error", async () => {
  const failures: ((socket: WebSocket) => void)[] = [
    (socket) => {
      socket.onmessage = () => {
        throw new Error("sync");
      };
    },
    (socket) => {
      socket.addEventListener("message", () => Promise.reject(new Error("async")));
    },
    (socket) => {
      socket.addEventListener("message", {
        handleEvent: () => {
          throw new Error("object");
        },
      });
    },
  ];
  const errors = ["sync", "async", "object"];
  await using server = await serveSockets((socket) => (failures.shift() ?? echo)(socket));
  for (const [i, error] of errors.entries()) {
    const client = await connect(server);
    const closed = next(client, "close");
    client.send("x");
    assertEquals([(await closed).code, (await closed).reason], [1011, "Internal error"]);
    const summary = (await server.closed(i + 1))[i];
    assertEquals([summary?.endedBy, summary?.error?.message], ["error", error]);
  }
  const client = await connect(server);
  client.send("another socket");
  assertEquals((await next(client, "message")).data, "another socket");
  await close(client);
});

Deno.test("WebSocket has removable listeners, and one handler for each type", async () => {
  const heard: string[] = [];
  const removed = () => heard.push("removed");
  await using server = await serveSockets((socket) => {
    socket.addEventListener("message", removed);
    socket.addEventListener("message", removed);
    socket.onmessage = () => heard.push("replaced");
    socket.addEventListener("message", () => heard.push("once"), { once: true });
    const handler = function (this: WebSocket) {
      heard.push(this === socket ? "handler" : "another this");
    };
    socket.onmessage = handler;
    assertEquals([socket.onmessage, socket.onclose], [handler, null]);
    socket.addEventListener("message", () => {
      socket.removeEventListener("message", removed);
      socket.send("");
    });
  });
  const client = await connect(server);
  for (let i = 0; i < 2; i++) {
    client.send("");
    await next(client, "message");
  }
  assertEquals(heard, ["removed", "handler", "once", "handler"]);
  await close(client);
});

/** Waits until a number has not changed for a while. */
async function settled(what: string, measure: () => number): Promise<number> {
  let last = -1;
  let since = 0;
  return await waitFor(what, () => {
    if (measure() !== last) {
      last = measure();
      since = performance.now();
    }
    return performance.now() - since > 300 ? last : null;
  });
}

Deno.test("WebSocket does not read from a client that does not read", async () => {
  const sockets: WebSocket[] = [];
  await using server = await serveSockets((socket) => {
    sockets.push(socket);
    echo(socket);
  });
  using client = await FrameClient.connect(server);
  const payload = new Uint8Array(256 * KIB);
  const count = 256;
  const sending = (async () => {
    for (let i = 0; i < count; i++) await client.send({ opcode: BINARY, payload });
  })();
  // If the test fails, it says why, not that its client could not send any more.
  sending.catch(() => {});
  const waiting = () => sockets[0]?.bufferedAmount ?? 0;
  await until("the client reads too slowly", () => waiting() > MIB);
  await settled("the server has stopped reading", () => server.row.get("bytesIn"));
  assert(waiting() < 2 * MIB, `${waiting()} bytes are buffered`);
  for (let i = 0; i < count; i++) {
    assertEquals((await client.receive())?.payload.length, payload.length);
  }
  await sending;
});

Deno.test("WebSocket ends when too much is buffered for a slow client", async () => {
  const events: unknown[] = [];
  await using server = await serveSockets((socket) => {
    record(events)(socket);
    socket.addEventListener("error", () => socket.send("ignored"));
    socket.onopen = () => {
      for (let i = 0; i < 40; i++) socket.send(new Uint8Array(MIB));
    };
  });
  using _client = await FrameClient.connect(server);
  const [summary] = await server.closed(1);
  assertEquals([summary?.endedBy, summary?.error], ["limit", null]);
  assertEquals(events, [
    `Cannot send the message: more than ${16 * MIB} bytes are buffered for the client`,
    { code: 1006, reason: "", wasClean: false },
  ]);
});
