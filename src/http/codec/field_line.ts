/** Header fields: their lines, and the values that the server itself acts on (RFC 9112, 5 and 6). */
import { HttpError } from "../error.ts";
import { endOf, TOKEN } from "./grammar.ts";
import { malformed } from "./malformed.ts";
import { isBlank, trimBlanks } from "./text.ts";

const COLON = 58;
const encoder = new TextEncoder();

/** Fields that the server itself acts on. */
const KNOWN_NAMES = [
  "host",
  "expect",
  "upgrade",
  "connection",
  "content-length",
  "transfer-encoding",
] as const;

/** The name of a field that the server itself acts on. */
export type KnownName = typeof KNOWN_NAMES[number];

interface KnownField {
  readonly name: KnownName;
  readonly bytes: Uint8Array;
}

/** Indexed by the length of the name, which is unique. */
const KNOWN: readonly (KnownField | undefined)[] = byLength(KNOWN_NAMES);

/** More digits than this exceed any limit, so their value does not matter. */
const LENGTH_DIGITS = 15;

/**
 * Checks the name of the field line `bytes[from..to]`.
 *
 * @returns The position of the colon.
 * @throws {HttpError} 400.
 */
export function colonOf(bytes: Uint8Array, from: number, to: number): number {
  const colon = endOf(TOKEN, bytes, from, to);
  if (colon < to && bytes[colon] === COLON && colon > from) return colon;
  if (colon === from && isBlank(bytes[from])) throw malformed("a field is folded over two lines");
  if (colon === to) throw malformed("a field line has no colon");
  if (isBlank(bytes[colon])) throw malformed("whitespace before the colon of a field");
  throw malformed("a field name is not a token");
}

/** Identifies the field name in `bytes[from..to]`; null unless the server acts on that field. */
export function knownName(bytes: Uint8Array, from: number, to: number): KnownName | null {
  const known = KNOWN[to - from];
  return known !== undefined && equalsIgnoringCase(bytes, from, known.bytes) ? known.name : null;
}

/**
 * Parses the value of Content-Length in `bytes[from..to]` (RFC 9110, 8.6).
 *
 * @returns Infinity for a number too large to represent.
 * @throws {HttpError} 400 if it is anything but digits.
 */
export function contentLengthOf(bytes: Uint8Array, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) throw malformed("Content-Length is not a number");
    length = length * 10 + digit;
  }
  if (from === to) throw malformed("Content-Length is empty");
  if (to - from > LENGTH_DIGITS && length > Number.MAX_SAFE_INTEGER) return Infinity;
  return length;
}

/**
 * Checks that chunked is the only transfer coding (RFC 9112, 6.1 and 6.3). Codings
 * before it are not implemented; without it at the end, the length of the body is unknown.
 *
 * @param codings In lower case.
 * @throws {HttpError} 400 or 501.
 */
export function checkCodings(codings: string): void {
  if (codings === "chunked") return;
  const others = /^(.+),[\t ]*chunked$/.exec(codings)?.[1];
  if (others === undefined) throw malformed("Transfer-Encoding does not end with chunked");
  if (others.split(",").some((coding) => trimBlanks(coding) === "chunked")) {
    throw malformed("Transfer-Encoding has chunked twice");
  }
  throw new HttpError(501, "Transfer-Encoding has codings other than chunked");
}

/** @param name In lower case, and of the same length. */
function equalsIgnoringCase(bytes: Uint8Array, from: number, name: Uint8Array): boolean {
  for (let at = 0; at < name.length; at++) {
    const byte = bytes[from + at] as number;
    const lower = byte >= 65 && byte <= 90 ? byte + 32 : byte;
    if (lower !== name[at]) return false;
  }
  return true;
}

function byLength(names: readonly KnownName[]): (KnownField | undefined)[] {
  const table: (KnownField | undefined)[] = [];
  for (const name of names) table[name.length] = { name, bytes: encoder.encode(name) };
  return table;
}
