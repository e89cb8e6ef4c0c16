/** WebSockets and other protocols that requests upgrade to. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { ask, receiveResponse, requestText } from "../../../helpers/http_client.ts";
import { testEachPlace } from "../../../helpers/modes.ts";
import { RawBackend, rawResponse } from "../../../helpers/raw_backend.ts";
import { startServer } from "../../../helpers/server.ts";
import { until } from "../../../helpers/until.ts";
import { FrameClient, HANDSHAKE } from "../../../helpers/websocket.ts";

const HANDLER = [
  "--handler",
  fileURLToPath(import.meta.resolve("../../../handlers/websocket_page.js")),
];

/** The next event of a type. */
function next<K extends keyof WebSocketEventMap>(
  socket: WebSocket,
  type: K,
): Promise<WebSocketEventMap[K]> {
  return new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
}

async function open(server: { port: number }): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`);
  await next(socket, "open");
  return socket;
}

/** Sends a message, which must come back. */
async function echoes(socket: WebSocket, message: string): Promise<void> {
  const echo = next(socket, "message");
  socket.send(message);
  assertEquals((await echo).data, message);
}

testEachPlace(
  "a WebSocket echoes through the balancer, and is closed properly by either side",
  async (mode) => {
    await using app = await startServer([...HANDLER]);
    await using server = await startHttpBalancer([`127.0.0.1:${app.port}`], ...mode.args());
    const socket = await open(server);
    for (const length of [0, 1, 125, 126, 65_535, 65_536, 300_000]) {
      await echoes(socket, "x".repeat(length));
    }
    const closed = next(socket, "close");
    socket.close(4001, "done");
    assertEquals((await closed).code, 4001);
    const { code } = await app.logged("Socket closed");
    assertEquals(code, 4001);
    const other = await open(server);
    const ended = next(other, "close");
    other.send("Close");
    assertEquals((await ended).code, 1000);
  },
);

testEachPlace(
  "a WebSocket is told 1001 when the balancer stops, at the end of a frame, and so is its backend",
  async (mode) => {
    await using app = await startServer([...HANDLER]);
    await using server = await startHttpBalancer([`127.0.0.1:${app.port}`], ...mode.args());
    const socket = await open(server);
    await echoes(socket, "hello");
    const closed = next(socket, "close");
    server.kill("SIGTERM");
    assertEquals((await closed).code, 1001);
    assertEquals((await app.logged("Socket closed"))["code"], 1001);
    assertEquals(await server.exited, 0);
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
  },
);

Deno.test("a WebSocket survives a reload, until --retire-timeout", async () => {
  await using app = await startServer([...HANDLER]);
  await using server = await startHttpBalancer(
    [`127.0.0.1:${app.port}`],
    ...["--mode", "pooled", "--workers", "1", "--retire-timeout", "4s"],
  );
  const socket = await open(server);
  await echoes(socket, "before");
  const closed = next(socket, "close");
  let isClosed = false;
  void closed.then(() => isClosed = true);
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  const reloaded = performance.now();
  for (let i = 0; i < 10; i++) await echoes(socket, `after ${i}`);
  const young = await open(server);
  await until("the old one is closed", () => isClosed);
  assertEquals((await closed).code, 1001);
  assert(performance.now() - reloaded > 2000, "it was closed too early");
  await echoes(young, "still");
  const over = next(young, "close");
  young.close();
  await over;
});

Deno.test("frames that come with the handshake, and frames of any size, get through whole", async () => {
  await using app = await startServer([...HANDLER]);
  await using server = await startHttpBalancer([`127.0.0.1:${app.port}`]);
  using client = await FrameClient.connect(server, { opcode: 1, payload: "early" });
  assertEquals((await client.receive())?.payload, new TextEncoder().encode("early"));
  await client.send({ opcode: 2, payload: new Uint8Array(70_000) }, { opcode: 9, payload: "p" });
  assertEquals((await client.receive())?.payload.length, 70_000);
  assertEquals((await client.receive())?.opcode, 10);
});

Deno.test("a drain within a frame waits for its end: the close frame is never part of another", async () => {
  let isStopping = false;
  let close = "";
  await using backend = await RawBackend.start(async (_request, peer) => {
    await peer.send(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x82\x05he",
    );
    await until("the balancer stops", () => isStopping);
    await peer.send("llo");
    // Masked, as the balancer is the client here: RFC 6455, 5.3.
    close = await peer.receive(8);
    await peer.send("\x88\x02\x03\xe9");
    await peer.left;
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  const { host: _host, ...fields } = HANDSHAKE;
  await client.send(requestText("GET", "/", fields));
  await client.receiveUntil("\r\n\r\n");
  assertEquals(await client.receive(4), Uint8Array.of(0x82, 5, 104, 101));
  server.kill("SIGTERM");
  await until(
    "nobody is let in any more",
    () =>
      Deno.connect({ hostname: "127.0.0.1", port: server.port }).then(
        (conn) => conn.close() ?? false,
        () => true,
      ),
  );
  isStopping = true;
  assertEquals(await client.receiveText(3), "llo");
  const [opcode, length] = await client.receive(2);
  assertEquals(opcode, 0x88);
  const payload = await client.receive(length ?? 0);
  assertEquals([payload[0], payload[1]], [0x03, 0xe9]);
  await client.send(Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9));
  assertEquals(await client.receiveAll(), "");
  assertEquals(await server.exited, 0);
  const code = [6, 7].map((at) => close.charCodeAt(at) ^ close.charCodeAt(at - 4));
  assertEquals([close.charCodeAt(0), close.charCodeAt(1) & 0x80, ...code], [0x88, 0x80, 3, 0xe9]);
});

testEachPlace(
  "another protocol that a request upgrades to passes both ways, early bytes included",
  async (mode) => {
    await using backend = await RawBackend.start(async (_request, peer) => {
      await peer.send(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nwelcome",
      );
      await peer.left;
    });
    await using server = await startHttpBalancer([backend.address], ...mode.args());
    using client = await Client.connect(server);
    await client.send(requestText("GET", "/", { Connection: "upgrade", Upgrade: "echo/2, echo" }));
    const head = await client.receiveUntil("\r\n\r\n");
    assert(head.startsWith("HTTP/1.1 101 "), head);
    assert(/^connection: upgrade\r$/im.test(head) && /^upgrade: echo\r$/im.test(head), head);
    assertEquals(await client.receiveText(7), "welcome");
    const { fields } = backend.request(0);
    assertEquals([fields["upgrade"], fields["connection"]?.toLowerCase()], [
      "echo/2, echo",
      "upgrade",
    ]);
    client.close();
    await until("the connection to the backend is closed", () => backend.open === 0);
  },
);

Deno.test("a backend that does not upgrade answers as always, and the connection goes on", async () => {
  await using backend = await RawBackend.start(async (_request, peer) => {
    await peer.send(rawResponse("no", [], "426 Upgrade Required"));
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  const { host: _host, ...fields } = HANDSHAKE;
  for (let i = 0; i < 2; i++) {
    const response = await ask(client, "GET", "/", fields);
    assertEquals([response.status, response.body], [426, "no"]);
  }
  assertEquals(backend.request(0).fields["sec-websocket-key"], HANDSHAKE["sec-websocket-key"]);
});

Deno.test("an Upgrade of a request with a body is not passed on, nor is a 101 that comes for it", async () => {
  await using backend = await RawBackend.start(async (request, peer) => {
    assertEquals(request.fields.upgrade, undefined);
    await peer.send(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n",
    );
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  const fields = { Connection: "upgrade", Upgrade: "echo", "Content-Length": 4 };
  await client.send(requestText("POST", "/", fields) + "half");
  assertEquals((await receiveResponse(client)).status, 502);
});

Deno.test("an Upgrade field that Connection does not name is not passed on", async () => {
  await using backend = await RawBackend.start(async (_request, peer) => {
    await peer.send(rawResponse("fine"));
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  await client.send(requestText("GET", "/", { Upgrade: "websocket" }));
  assertEquals((await receiveResponse(client)).body, "fine");
  assertEquals(backend.request(0).fields["upgrade"], undefined);
});

Deno.test("a WebSocket that is silent both ways ends after --idle-timeout, whatever the timeouts of its group", async () => {
  await using app = await startServer([...HANDLER]);
  await using server = await startHttpBalancer(
    [`127.0.0.1:${app.port}`],
    // The handshake must be over within those of the group.
    ...["--idle-timeout", "6s", "--upstream-idle-timeout", "2s"],
    ...["--upstream-timeout", "2s", "--upstream-total-timeout", "2s"],
  );
  const socket = await open(server);
  const closed = next(socket, "close");
  await echoes(socket, "hello");
  const silent = performance.now();
  await closed;
  const seconds = (performance.now() - silent) / 1000;
  assert(seconds > 4 && seconds < 30, `${seconds} s`);
});
