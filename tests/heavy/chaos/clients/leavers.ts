/** Ill-behaved clients: they leave in the middle, are too slow, or talk nonsense. */
import { pattern, randomBytes } from "./bodies.ts";
import type { Chance } from "../chance.ts";
import { encodeFrame, HANDSHAKE } from "./socket_exchange.ts";
import { pause } from "../waiting.ts";
import { type Leaving, Wire } from "./wire.ts";

/** An ill-behaved client, once it is connected. Others close its connection in the end. */
export type Misbehave = (wire: Wire, chance: Chance) => Promise<void>;

const LEAVINGS: readonly Leaving[] = ["closes", "resets", "half-closes"];
const GET = request("GET /hello");
const BODY = pattern(30_000);
const PUT = `${request("PUT /echo", `Content-Length: ${BODY.length}`)}${latin1(BODY)}`;
const CHUNK = `${BODY.length.toString(16)}\r\n${latin1(BODY)}\r\n`;
const CHUNKED = `${request("PUT /echo", "Transfer-Encoding: chunked")}${CHUNK}${CHUNK}0\r\n\r\n`;
const HUGE = request("GET /large?size=8000000");

function request(line: string, ...fields: string[]): string {
  return [`${line} HTTP/1.1`, "Host: chaos", "User-Agent: ill", ...fields, "", ""].join("\r\n");
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

async function leave(wire: Wire, chance: Chance): Promise<void> {
  if (chance.happens(0.5)) await pause(chance.below(60));
  wire.leave(chance.among(LEAVINGS));
}

/** Sends a part of a request, and leaves. */
function leaveWithin(text: string): Misbehave {
  return async (wire, chance) => {
    await wire.sendAll(text.slice(0, chance.below(text.length + 1)));
    await leave(wire, chance);
  };
}

/** Sends a request, and leaves once a part of the answer has arrived. */
function leaveDuring(text: string, most: number): Misbehave {
  return async (wire, chance) => {
    await wire.sendAll(text);
    const enough = 1 + chance.below(most);
    await receive(wire, enough);
    await leave(wire, chance);
  };
}

/** Sends a request, and leaves while the handler works on it, or the answer is quiet. */
function leaveAfter(text: string, most: number): Misbehave {
  return async (wire, chance) => {
    await wire.sendAll(text);
    await pause(chance.below(most));
    await leave(wire, chance);
  };
}

async function receive(wire: Wire, count: number): Promise<void> {
  try {
    for (let left = count; left > 0;) {
      const piece = await wire.read();
      if (piece === null) return;
      left -= piece.length;
    }
  } catch { // The server was faster.
  }
}

async function leaveSocket(wire: Wire, chance: Chance): Promise<void> {
  await wire.sendAll(request("GET /socket", ...HANDSHAKE));
  await receive(wire, 1 + chance.below(250));
  const frame = encodeFrame(2, randomBytes(chance, 300));
  await wire.sendAll(frame.subarray(0, chance.below(frame.length + 1)));
  await leave(wire, chance);
}

async function sendSlowly(wire: Wire, chance: Chance): Promise<void> {
  const text = chance.happens(0.5) ? PUT.slice(0, 300) : GET;
  for (const character of text) {
    if (wire.isEnded) return;
    wire.send(character);
    await pause(20 + chance.below(100));
  }
  await leave(wire, chance);
}

async function sendGarbage(wire: Wire, chance: Chance): Promise<void> {
  const start = chance.among([
    "",
    "GET ",
    "\x16\x03\x01",
    "PUT /echo HTTP/1.1\r\nHost: a\r\n",
    GET,
  ]);
  await wire.sendAll(start);
  await wire.sendAll(randomBytes(chance, chance.between(1, 3000)));
  await leaveDuring("\r\n\r\n", 200)(wire, chance);
}

/** Asks for much, and takes nothing of it. */
async function stopReading(wire: Wire, chance: Chance): Promise<void> {
  wire.stopReading();
  const text = chance.among([HUGE, HUGE.repeat(3), request("GET /large.bin").repeat(20)]);
  await wire.sendAll(text);
  const timer = setTimeout(() => wire.close(), 8000);
  await wire.closed;
  clearTimeout(timer);
}

/** The ways to misbehave, by name, and how often each is chosen. */
export const MISBEHAVIOURS: Readonly<Record<string, { weight: number; run: Misbehave }>> = {
  "leave-connect": { weight: 2, run: leaveWithin("") },
  "leave-head": { weight: 3, run: leaveWithin(GET) },
  "leave-body": { weight: 3, run: leaveWithin(PUT) },
  "leave-chunks": { weight: 3, run: leaveWithin(CHUNKED) },
  "leave-request": { weight: 2, run: leaveWithin(GET + GET + PUT + GET) },
  "leave-handler": { weight: 4, run: leaveAfter(request("GET /slow?ms=700"), 600) },
  "leave-upload": { weight: 2, run: leaveDuring(PUT, 20_000) },
  "leave-download": { weight: 3, run: leaveDuring(HUGE, 3_000_000) },
  "leave-file": { weight: 3, run: leaveDuring(request("GET /large.bin"), 1_000_000) },
  "leave-pipeline": {
    weight: 3,
    run: leaveDuring((GET + request("GET /large.bin")).repeat(4), 500_000),
  },
  "leave-stream": {
    weight: 3,
    run: leaveDuring(request("GET /stream?count=1000&size=5000&gap=20"), 40_000),
  },
  "leave-events": { weight: 3, run: leaveDuring(request("GET /events?every=100&total=0"), 60) },
  "leave-quiet": { weight: 4, run: leaveAfter(request("GET /events?every=0&total=0"), 500) },
  "leave-socket": { weight: 3, run: leaveSocket },
  "slow-sender": { weight: 2, run: sendSlowly },
  "garbage": { weight: 2, run: sendGarbage },
  "stop-reading": { weight: 1, run: stopReading },
};
