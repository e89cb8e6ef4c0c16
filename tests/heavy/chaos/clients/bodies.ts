/** Bodies that tell where each of their bytes belongs. */
import { Buffer } from "node:buffer";
import type { Chance } from "../chance.ts";
import { Failure } from "./failure.ts";

/** A prime, so that a missing or doubled buffer shows. */
const PERIOD = 23;

/** Bytes of the pattern that handlers and files use, from a position. */
export function pattern(length: number, position = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < Math.min(PERIOD, length); i++) bytes[i] = 97 + (position + i) % PERIOD;
  for (let done = PERIOD; done < length; done *= 2) bytes.copyWithin(done, 0, done);
  return bytes;
}

/** Random bytes. */
export function randomBytes(chance: Chance, length: number): Uint8Array {
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, () => chance.below(2 ** 32));
  return new Uint8Array(words.buffer).subarray(0, length);
}

/** Splits bytes at random positions; no piece is empty. */
export function split(chance: Chance, bytes: Uint8Array, pieces: number): Uint8Array[] {
  const ends = new Set(Array.from({ length: pieces - 1 }, () => 1 + chance.below(bytes.length)));
  const sorted = [...ends, bytes.length].sort((a, b) => a - b);
  return sorted.map((end, i) => bytes.subarray(sorted[i - 1] ?? 0, end))
    .filter(({ length }) => length > 0);
}

/** @throws {Failure} If the bytes differ. */
export function expectBytes(found: Uint8Array, expected: Uint8Array): void {
  if (found.length !== expected.length) {
    throw new Failure("wrong", `the body has ${found.length} bytes, expected ${expected.length}`);
  }
  if (Buffer.from(found.buffer, found.byteOffset, found.length).equals(expected)) return;
  const wrong = found.findIndex((byte, index) => byte !== expected[index]);
  throw new Failure("wrong", `byte ${wrong} of the body differs`);
}

/** @throws {Failure} If the body is another text. */
export function expectText(found: Uint8Array, expected: string): void {
  const text = new TextDecoder().decode(found);
  if (text !== expected) {
    throw new Failure("wrong", `the body is ${JSON.stringify(text.slice(0, 80))}`);
  }
}
