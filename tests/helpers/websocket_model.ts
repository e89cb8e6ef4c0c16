/** Random frames of WebSockets, and what a server answers to them by the letter of RFC 6455. */
import { assert } from "@std/assert";
import type { Random } from "../../src/load/random.ts";

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10];
/** Maximum bytes of a message. */
export const MAX_MESSAGE = 16 * 1024 * 1024;
const utf8 = new TextDecoder("utf-8", { fatal: true });
const encoder = new TextEncoder();

/** A frame to send. */
export interface SentFrame {
  readonly isLast: boolean;
  readonly reserved: number;
  readonly opcode: number;
  readonly isMasked: boolean;
  readonly payload: Uint8Array;
  /** What the frame says its length is. */
  readonly length: bigint;
  /** Bytes that hold the length: 0, 2 or 8. */
  readonly lengthSize: number;
}

/** What the server sends: a frame in short. */
export type Answer = readonly [opcode: number, payload: string];

function randomPayload(random: Random, opcode: number): Uint8Array {
  if (opcode === CLOSE) return closePayload(random);
  const length = random.percent(80) ? random.below(126) : random.below(70_000);
  if (opcode !== BINARY && random.percent(85)) {
    return encoder.encode("aé€😀\u{feff}".repeat(length / 13 + 1)).subarray(0, length);
  }
  return random.bytes(length);
}

function closePayload(random: Random): Uint8Array {
  const code = random.pick([1000, 1001, 1002, 1003, 1006, 1011, 1015, 2999, 3000, 4999, 5000, 0]);
  const reason = random.percent(70) ? encoder.encode("bye €") : random.bytes(random.below(130));
  return Uint8Array.of(code >> 8, code & 255, ...reason).subarray(
    0,
    random.percent(90) ? 127 : random.below(3),
  );
}

/** A frame that goes on with the conversation, or with a low probability breaks a rule. */
export function randomFrame(random: Random, isInMessage: boolean, odds: number): SentFrame {
  let opcode = random.percent(20)
    ? random.pick([PING, PONG])
    : isInMessage
    ? CONTINUATION
    : random.pick([TEXT, BINARY]);
  if (random.percent(3)) opcode = CLOSE;
  if (random.percent(odds)) opcode = random.below(16);
  let payload = randomPayload(random, opcode);
  if (opcode >= CLOSE && !random.percent(odds)) payload = payload.subarray(0, 125);
  const length = random.percent(odds)
    ? random.pick([2n ** 63n, 2n ** 64n - 1n, 2n ** 53n, BigInt(MAX_MESSAGE) + 1n, 2n ** 32n])
    : BigInt(payload.length);
  const minimal = length < 126n ? 0 : length < 65536n ? 2 : 8;
  return {
    isLast: opcode >= CLOSE ? !random.percent(odds) : random.percent(70),
    reserved: random.percent(odds) ? 16 * (1 + random.below(7)) : 0,
    opcode,
    isMasked: !random.percent(odds),
    payload,
    length,
    lengthSize: random.percent(5) ? Math.max(minimal, random.pick([2, 8])) : minimal,
  };
}

export function encode(random: Random, frame: SentFrame): Uint8Array {
  const { payload, length, lengthSize } = frame;
  const mask = frame.isMasked ? random.bytes(4) : new Uint8Array(0);
  const short = lengthSize === 0 ? Number(length) : lengthSize === 2 ? 126 : 127;
  const long = new DataView(new ArrayBuffer(8));
  long.setBigUint64(0, length);
  const head = Uint8Array.of(
    (frame.isLast ? 0x80 : 0) | frame.reserved | frame.opcode,
    (frame.isMasked ? 0x80 : 0) | short,
    ...new Uint8Array(long.buffer, 8 - lengthSize),
    ...mask,
  );
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  payload.forEach((byte, i) => bytes[head.length + i] = byte ^ (mask[i & 3] ?? 0));
  return bytes;
}

/** What a server that echoes sends, by the letter of RFC 6455, up to its close. */
export class Model {
  readonly answers: Answer[] = [];
  #parts: Uint8Array[] = [];
  #opcode = 0;
  isOver = false;

  get isInMessage(): boolean {
    return this.#opcode !== 0;
  }

  take(frame: SentFrame): void {
    const code = this.#violation(frame);
    if (code !== null) return this.#close(code);
    const { opcode, payload } = frame;
    if (opcode === CLOSE) return this.#takeClose(payload);
    if (opcode === PING) return void this.answers.push([PONG, latin1(payload)]);
    if (opcode === PONG) return;
    if (opcode !== CONTINUATION) this.#opcode = opcode;
    this.#parts.push(payload);
    if (frame.isLast) this.#endMessage();
  }

  /** The code for a frame that must not follow, which its head alone shows (5.2 to 5.5, 7.4). */
  #violation(frame: SentFrame): number | null {
    const { opcode, length } = frame;
    if (frame.reserved !== 0 || !frame.isMasked) return 1002;
    if (opcode >= CLOSE) {
      return opcode > PONG || !frame.isLast || frame.lengthSize > 0 ? 1002 : null;
    }
    if (opcode > BINARY || (opcode === CONTINUATION) !== this.isInMessage) return 1002;
    const before = this.#parts.reduce((sum, part) => sum + part.length, 0);
    return BigInt(before) + length > BigInt(MAX_MESSAGE) ? 1009 : null;
  }

  #takeClose(payload: Uint8Array): void {
    if (payload.length === 0) return this.#end("");
    if (payload.length === 1) return this.#close(1002);
    const code = (payload[0] ?? 0) * 256 + (payload[1] ?? 0);
    const isValid = (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
      (code >= 3000 && code <= 4999);
    if (!isValid) return this.#close(1002);
    if (!isUtf8(payload.subarray(2))) return this.#close(1007);
    this.#end(latin1(payload));
  }

  #endMessage(): void {
    const opcode = this.#opcode;
    const message = latin1(joined(this.#parts));
    this.#parts = [];
    this.#opcode = 0;
    if (opcode === TEXT && !isUtf8(joinedText(message))) return this.#close(1007);
    this.answers.push([opcode, message]);
  }

  #close(code: number): void {
    this.#end(String.fromCharCode(code >> 8, code & 255));
  }

  #end(payload: string): void {
    this.isOver = true;
    this.answers.push([CLOSE, payload]);
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Text with one character per byte, which compares faster than bytes. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function joinedText(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Parses all that a server sent after its handshake; fails if it is malformed. */
export function parse(bytes: Uint8Array): Answer[] {
  const answers: Answer[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length;) {
    const [first = 0, second = 0] = bytes.subarray(at);
    assert((first & 0xf0) === 0x80 && second < 128, "a fragment, a reserved bit, or a mask");
    const size = second < 126 ? 0 : second === 126 ? 2 : 8;
    const start = at + 2 + size;
    const length = size === 0
      ? second
      : size === 2
      ? view.getUint16(at + 2)
      : Number(view.getBigUint64(at + 2));
    assert(start + length <= bytes.length, "the last frame is incomplete");
    answers.push([first & 15, latin1(bytes.subarray(start, start + length))]);
    at = start + length;
  }
  return answers;
}
