/** A WebSocket of a well-behaved client (RFC 6455). */
import { expectBytes, randomBytes } from "./bodies.ts";
import type { Chance } from "../chance.ts";
import type { Conversation } from "./conversation.ts";
import { Failure } from "./failure.ts";

/** The header fields of a handshake. */
export const HANDSHAKE = [
  ...["Connection: Upgrade", "Upgrade: websocket"],
  ...["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
];

const [BINARY, CLOSE, PING, PONG] = [2, 8, 9, 10] as const;
/** The codes that a server closes with: done, and going away. */
const CLOSED = [1000, 1001];

interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** Opens a WebSocket, exchanges messages, and closes it. */
export async function talkBySocket(conversation: Conversation, chance: Chance): Promise<void> {
  const target = "/socket";
  const request = await conversation.send({
    ...{ kind: "socket", method: "GET", target, fields: HANDSHAKE },
  });
  const { status } = await conversation.head(request);
  if (status !== 101) throw new Failure("status", `the status is ${status}, expected 101`, status);
  conversation.isOver = true;
  const greeting = await nextMessage(conversation);
  if (greeting !== null) {
    conversation.lane ??= new TextDecoder().decode(greeting.payload);
    await exchange(conversation, chance);
  }
  conversation.finish(request);
}

async function exchange(conversation: Conversation, chance: Chance): Promise<void> {
  for (let left = chance.between(1, 15); left > 0; left--) {
    const bytes = randomBytes(chance, chance.between(1, chance.happens(0.1) ? 40_000 : 300));
    await conversation.wire.sendAll(encodeFrame(BINARY, bytes));
    const message = await nextMessage(conversation);
    // The server closes the sockets of a worker that retires with 1001.
    if (message === null) return;
    expectBytes(message.payload, bytes);
    if (chance.happens(0.4)) await new Promise((resolve) => setTimeout(resolve, chance.below(150)));
  }
  conversation.wire.send(encodeFrame(CLOSE, Uint8Array.of(1000 >> 8, 1000 & 255)));
  while (await nextMessage(conversation) !== null);
}

/** The next message; null when the server has closed the socket as it should. */
async function nextMessage(conversation: Conversation): Promise<Frame | null> {
  for (;;) {
    const frame = await readFrame(conversation);
    if (frame.opcode === PING) conversation.wire.send(encodeFrame(PONG, frame.payload));
    else if (frame.opcode === CLOSE) {
      const code = new DataView(frame.payload.slice().buffer).getUint16(0);
      if (!CLOSED.includes(code)) throw new Failure("wrong", `the socket was closed with ${code}`);
      conversation.wire.send(encodeFrame(CLOSE, frame.payload));
      return null;
    } else return frame;
  }
}

async function readFrame({ answers }: Conversation): Promise<Frame> {
  const [first = 0, second = 0] = await answers.bytes(2);
  let length = second & 127;
  if (length === 126) length = new DataView((await answers.bytes(2)).buffer).getUint16(0);
  else if (length === 127) {
    length = Number(new DataView((await answers.bytes(8)).buffer).getBigUint64(0));
  }
  return { opcode: first & 15, payload: await answers.bytes(length) };
}

/** Encodes a frame of a client: masked, in one piece. */
export function encodeFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const extended = payload.length < 126 ? 0 : 2;
  const frame = new Uint8Array(2 + extended + 4 + payload.length);
  frame[0] = 128 | opcode;
  frame[1] = 128 | (extended === 0 ? payload.length : 126);
  if (extended > 0) new DataView(frame.buffer).setUint16(2, payload.length);
  const start = 2 + extended;
  const mask = [1, 2, 3, 4];
  frame.set(mask, start);
  payload.forEach((byte, i) => frame[start + 4 + i] = byte ^ (mask[i % 4] as number));
  return frame;
}
