/** Frames of WebSockets, made from seeds, at the socket: each gets what RFC 6455 says, or a close. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import type { Random } from "../../../src/load/random.ts";
import { Client } from "../../helpers/client.ts";
import { fuzz } from "../../helpers/fuzz.ts";
import type { Serving } from "../../helpers/lane.ts";
import { until } from "../../helpers/until.ts";
import { FrameClient, HANDSHAKE, serveSockets } from "../../helpers/websocket.ts";
import {
  type Answer,
  encode,
  joined,
  latin1,
  MAX_MESSAGE,
  Model,
  parse,
  randomFrame,
} from "../../helpers/websocket_model.ts";

const [TEXT, BINARY, CLOSE] = [1, 2, 8];
const HEAD = new TextEncoder().encode(
  `GET /chat HTTP/1.1\r\n${
    Object.entries(HANDSHAKE).map(([name, value]) => `${name}: ${value}\r\n`).join("")
  }\r\n`,
);

/** Sends a stream after a handshake, in pieces, then ends it; what the server sends after its own. */
async function converse(random: Random, server: Serving, stream: Uint8Array): Promise<Answer[]> {
  using client = await Client.connect(server);
  const receiving = client.receiveRest();
  try {
    const all = joined([HEAD, stream]);
    for (let at = 0; at < all.length;) {
      const size = 1 + random.below(random.percent(50) ? 200 : 100_000);
      await client.send(all.subarray(at, at + size));
      at += size;
      // The server reads what has arrived.
      if (random.percent(20)) await delay(0);
    }
    await client.end();
  } catch { // The server has closed the connection.
  }
  const received = await receiving;
  const end = latin1(received.subarray(0, 500)).indexOf("\r\n\r\n");
  assert(end !== -1, "no response to the handshake");
  return parse(received.subarray(end + 4));
}

function inShort([opcode, payload]: Answer): string {
  const sum = [...payload].reduce((sum, byte, at) => (sum + byte.charCodeAt(0) * at) % 65521, 0);
  return `opcode ${opcode}, ${payload.length} bytes, ${
    JSON.stringify(payload.slice(0, 9))
  }, ${sum}`;
}

function echo(socket: WebSocket): void {
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => socket.send(data);
}

/** Whether the server still echoes, and has reported no error. */
async function checkHealth(server: Serving): Promise<void> {
  using client = await FrameClient.connect(server);
  await client.send({ opcode: TEXT, payload: "still here" });
  assertEquals(new TextDecoder().decode((await client.receive())?.payload), "still here");
  const failed = server.events.filter((event) =>
    event.type === "closed" && event.connection.endedBy === "error"
  );
  assertEquals(failed, []);
}

Deno.test("a WebSocket answers any frames by the letter of RFC 6455, up to its close", async () => {
  await using server = await serveSockets(echo);
  const codes = new Map<string, number>();
  const cases = await fuzz("WebSocket frames", 1100, async (random) => {
    const model = new Model();
    const sent: Uint8Array[] = [];
    const odds = random.percent(30) ? 0 : random.below(8);
    for (let left = random.below(20); left > 0 && !model.isOver; left--) {
      const frame = randomFrame(random, model.isInMessage, odds);
      sent.push(encode(random, frame));
      model.take(frame);
    }
    const last = { ...randomFrame(random, false, 0), opcode: CLOSE, isLast: true, lengthSize: 0 };
    const payload = Uint8Array.of(3, 232);
    const close = { ...last, payload, length: 2n };
    if (!model.isOver) model.take(close);
    // Whatever follows a close is ignored.
    sent.push(encode(random, close));
    if (random.percent(20)) sent.push(random.bytes(random.below(200)));
    const answers = await converse(random, server, joined(sent));
    const code = answers.at(-1)?.[1].slice(0, 2) ?? "";
    codes.set(code, (codes.get(code) ?? 0) + 1);
    const same = JSON.stringify(answers) === JSON.stringify(model.answers);
    if (!same) assertEquals(answers.map(inShort), model.answers.map(inShort));
  });
  await checkHealth(server);
  // All of the ways to end must have been tried: 1000, 1002, 1007, 1009 and no code.
  const ends = ["\x03\xe8", "\x03\xea", "\x03\xef", "\x03\xf1", ""];
  if (cases > 1000) { for (const code of ends) assert(codes.has(code), `no close with ${code}`); }
});

Deno.test("a WebSocket sends well-formed frames and at most one close, whatever noise it receives", async () => {
  await using server = await serveSockets(echo);
  await fuzz("noise on WebSockets", 700, async (random) => {
    const frames = Array.from(
      { length: 1 + random.below(6) },
      () => encode(random, randomFrame(random, false, 5)),
    );
    const stream = random.percent(10) ? random.bytes(random.below(3000)) : joined(frames);
    for (let i = random.below(8); i > 0 && stream.length > 0; i--) {
      stream[random.below(random.percent(50) ? Math.min(20, stream.length) : stream.length)] =
        random
          .below(256);
    }
    const answers = await converse(
      random,
      server,
      stream.subarray(0, random.below(2 * stream.length)),
    );
    const close = answers.findIndex(([opcode]) => opcode === CLOSE);
    assert(close === -1 || close === answers.length - 1, "something follows the close");
  });
  await checkHealth(server);
});

Deno.test("a WebSocket takes memory as a message arrives, not as it is announced", async () => {
  await using server = await serveSockets(echo);
  const [sockets, sent] = [200, 20_000];
  const before = Deno.memoryUsage().external;
  const clients: FrameClient[] = [];
  try {
    for (let i = 0; i < sockets; i++) {
      const client = await FrameClient.connect(server);
      clients.push(client);
      const payload = new Uint8Array(sent);
      await client.send({ opcode: BINARY, payload, length: MAX_MESSAGE });
    }
    await until("all have arrived", () => server.row.get("bytesIn") >= sockets * sent);
    const used = Deno.memoryUsage().external - before;
    assert(used < 20 * sockets * sent, `${used} bytes for ${sockets * sent} that arrived`);
  } finally {
    for (const client of clients) client.close();
  }
});
