/** Clients of a handler that blocks the event loop for longer than their timeouts. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../../helpers/client.ts";
import { makeHandler, type TestHandler } from "../../helpers/handlers.ts";
import { ask, receiveResponse, requestText } from "../../helpers/http_client.ts";
import { workers } from "../../helpers/modes.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { until } from "../../helpers/until.ts";
import { FrameClient } from "../../helpers/websocket.ts";

/** Of each kind. */
const CLIENTS = 5;
/** The timeouts for heads, bodies and kept connections. */
const LIMITS = ["header-timeout", "body-timeout", "keep-alive"].flatMap((name) => [
  `--${name}`,
  "4s",
]);
/** How long the handler blocks, in milliseconds. */
const STALL = 5500;

/** How many clients are slow for good, and their timeout, which is too long for short ticks. */
const SLOW = 500;
const SLOW_LIMIT = 4000;
/** How long after its deadline a client may last, in milliseconds. */
const LATE = 2500;
/** How many WebSockets there are. */
const SOCKETS = 20;
/** Their idle timeout in seconds: half of it until a ping, the other half for the pong. */
const IDLE = 4;
const [TEXT, PING, PONG] = [1, 9, 10];

/** Reads bodies, and echoes the messages of WebSockets; `/block` names a file to write before it blocks. */
const SOURCE = `export default {
  async fetch(request, context) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/chat") {
      const { socket, response } = context.upgrade(request, { idleTimeout: ${IDLE} });
      socket.onmessage = ({ data }) => socket.send(data);
      return response;
    }
    if (pathname !== "/block") return new Response(await request.text());
    Deno.writeTextFileSync(searchParams.get("sign"), "");
    const end = performance.now() + ${STALL};
    while (performance.now() < end);
    return new Response("done");
  },
};`;

/** A client that has sent a part of a request, or none of it yet. */
interface Waiting {
  readonly client: Client;
  readonly kind: string;
  readonly rest: string;
}

/** Connects clients that owe the second half of a head, that of a body, and a second request. */
async function connectAll(server: Server): Promise<Waiting[]> {
  const head = requestText("GET", "/");
  const post = requestText("POST", "/", {}, "x".repeat(100));
  const waiting: Waiting[] = [];
  const connect = async (kind: string, first: string, rest: string) => {
    const client = await Client.connect(server);
    await client.send(first);
    waiting.push({ client, kind, rest });
  };
  for (let i = 0; i < CLIENTS; i++) {
    await connect("head", head.slice(0, 20), head.slice(20));
    await connect("body", post.slice(0, -50), post.slice(-50));
    await connect("kept", "", head);
  }
  for (const { client, kind } of waiting) if (kind === "kept") await ask(client, "GET", "/");
  return waiting;
}

/** Blocks the event loop of the handler; resolves once it is blocked. */
async function block(client: Client, handler: TestHandler): Promise<void> {
  const sign = `${handler.path}.sign`;
  await client.send(requestText("GET", `/block?sign=${encodeURIComponent(sign)}`));
  await until("the handler blocks", () => exists(sign));
  await Deno.remove(sign);
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

/** The status of each client, by kind. */
async function answersOf(waiting: readonly Waiting[]): Promise<readonly string[]> {
  return await Promise.all(waiting.map(async ({ client, kind }) => {
    using _ = client;
    const status = await receiveResponse(client).then(({ status }) => status, String);
    return `${kind} ${status}`;
  }));
}

for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: a stall cuts no client that sent the rest meanwhile, and no WebSocket whose pong arrived`, async () => {
    await using handler = await makeHandler(SOURCE);
    await using server = await startServer([...workers(mode, 1), ...handler.args, ...LIMITS]);
    using blocker = await Client.connect(server);
    const sockets = await Promise.all(
      Array.from({ length: SOCKETS }, () => FrameClient.connect(server)),
    );
    const waiting = await connectAll(server);
    const pings = await Promise.all(sockets.map((socket) => socket.receive()));
    assertEquals(pings.map((ping) => ping?.opcode), Array(SOCKETS).fill(PING));
    await block(blocker, handler);
    for (const { client, rest } of waiting) await client.send(rest);
    const echoes = Promise.all(sockets.map(async (socket) => {
      using _ = socket;
      await socket.send({ opcode: PONG }, { opcode: TEXT, payload: "here" });
      return (await socket.receive())?.opcode;
    }));
    assertEquals(await answersOf(waiting), waiting.map(({ kind }) => `${kind} 200`));
    assertEquals(await echoes, Array(SOCKETS).fill(TEXT));
  });
}

Deno.test(`${SLOW} slow clients end within ${LATE} ms of their deadlines, and none before`, async () => {
  await using server = await startServer(["--mode", "async", "--header-timeout", "4s"]);
  const lasted = await Promise.all(Array.from({ length: SLOW }, async (_, i) => {
    // Spread over all moments between two sweeps.
    await delay(2 * i);
    // The server may know of the client first.
    const connecting = performance.now();
    using client = await Client.connect(server);
    await client.send("GET / HTTP/1.1\r\nHost:");
    const begun = performance.now();
    assertEquals((await receiveResponse(client)).status, 408);
    const ended = performance.now();
    return { least: ended - begun, most: ended - connecting };
  }));
  const first = Math.min(...lasted.map(({ most }) => most));
  const last = Math.max(...lasted.map(({ least }) => least));
  assert(first >= SLOW_LIMIT, `one ended after ${first} ms`);
  assert(last <= SLOW_LIMIT + LATE, `one ended after ${last} ms`);
});
