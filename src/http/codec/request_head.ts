import { HttpError } from "../error.ts";
import { endOf, FIELD_VALUE, isHost, TARGET, TOKEN } from "./grammar.ts";
import type { Field } from "../message.ts";
import { ascii, isBlank, isomorphic, trimBlanks } from "./text.ts";

const [SPACE, COLON, SLASH, ASTERISK] = [32, 58, 47, 42];
const encoder = new TextEncoder();
/** What a digit follows. */
const VERSION = encoder.encode("HTTP/1.");

/** Fields that the server itself acts on, by the length of their names, which differ. */
const KNOWN: readonly (KnownField | undefined)[] = byLength([
  "host",
  "expect",
  "upgrade",
  "connection",
  "content-length",
  "transfer-encoding",
]);

interface KnownField {
  readonly name: string;
  /** In lower case. */
  readonly bytes: Uint8Array;
}

const METHODS = ["GET", "PUT", "POST", "HEAD", "PATCH", "DELETE", "OPTIONS"].map((name) => ({
  name,
  bytes: encoder.encode(name),
}));

/** The most digits of a length that are counted; more are too large in any case. */
const LENGTH_DIGITS = 15;

/**
 * The head of a request (RFC 9112, 2 to 6), taken line by line. What a handler
 * may ask for is decoded when it does.
 */
export class RequestHead {
  method = "";
  target = "";
  /** The y of HTTP/1.y. */
  minor = 1;
  /** Bytes of the body; null where it is chunked. */
  contentLength: number | null = 0;
  /** Whether the client would have the connection stay open. */
  keepAlive = true;
  /** Whether there is an Upgrade field. */
  asksToUpgrade = false;
  /** Whether the client waits for a 100 before it sends the body. */
  expectsContinue = false;
  /** Where the target is absolute, its host with the port. */
  #authority: string | null = null;
  /** How many field lines there are. */
  count = 0;
  #hosts = 0;
  #lengths = 0;
  #codings = 0;
  #isClosing = false;
  #isKeeping = false;
  #isAscii = true;
  /** Where the field lines are in the bytes. */
  #fieldsFrom = 0;
  #fieldsTo = 0;
  #bytes: Uint8Array | null = null;
  #text: string | null = null;
  #fields: readonly Field[] | null = null;

  /** Takes the request line, `bytes[from..to]` without its end. */
  takeRequestLine(bytes: Uint8Array, from: number, to: number): void {
    const method = endOf(TOKEN, bytes, from, to);
    if (method === from || bytes[method] !== SPACE) throw malformed("the method is not a token");
    const target = endOf(TARGET, bytes, method + 1, to);
    if (target === to) throw malformed("the request line has no HTTP version");
    if (bytes[target] !== SPACE) {
      throw malformed("the request target has characters that it may not have");
    }
    if (target === method + 1) throw malformed("the request target is empty");
    this.minor = minorVersion(bytes, target + 1, to);
    this.method = methodOf(bytes, from, method);
    this.target = target === method + 2 && bytes[method + 1] === SLASH
      ? "/"
      : ascii(bytes, method + 1, target);
    // With the end of the line.
    this.#fieldsFrom = to + 2;
  }

  /** Takes a field line, `bytes[from..to]` without its end. */
  takeField(bytes: Uint8Array, from: number, to: number): void {
    const colon = fieldName(bytes, from, to);
    let start = colon + 1;
    while (start < to && isBlank(bytes[start])) start++;
    let all = 0;
    for (let at = start; at < to; at++) {
      const byte = bytes[at] as number;
      if (FIELD_VALUE[byte] === 0) throw malformed("a field value has a control character");
      all |= byte;
    }
    if (all > 127) this.#isAscii = false;
    this.count++;
    const known = KNOWN[colon - from];
    if (known === undefined || !isNamed(bytes, from, known.bytes)) return;
    let end = to;
    while (end > start && isBlank(bytes[end - 1])) end--;
    this.#takeKnown(known.name, bytes, start, end);
  }

  /** All lines are taken; `bytes` begin with the message. Judges what they mean together. */
  finish(bytes: Uint8Array, to: number): void {
    this.#bytes = bytes;
    this.#fieldsTo = to;
    if (this.#hosts === 0 && this.minor === 1) throw malformed("no Host field");
    if (this.#codings > 0) {
      if (this.#lengths > 0) throw malformed("both Content-Length and Transfer-Encoding");
      if (this.minor === 0) throw malformed("Transfer-Encoding in HTTP/1.0");
    }
    this.keepAlive = !this.#isClosing && (this.minor === 1 || this.#isKeeping);
    this.#checkTarget();
  }

  /** The host that is asked, with the port if one was sent; empty where HTTP/1.0 names none. */
  get host(): string {
    return this.#authority ?? this.fields.find(([name]) => name === "host")?.[1] ?? "";
  }

  /** All fields, names in lower case; decoded at the first call. */
  get fields(): readonly Field[] {
    return this.#fields ??= this.#decodeFields();
  }

  /** Must be called before the bytes of the message go, where the head is used after that. */
  keep(): void {
    if (this.#bytes === null) return;
    const decode = this.#isAscii ? ascii : isomorphic;
    this.#text = decode(this.#bytes, this.#fieldsFrom, this.#fieldsTo);
    this.#bytes = null;
  }

  #takeKnown(name: string, bytes: Uint8Array, from: number, to: number): void {
    switch (name) {
      case "host":
        if (++this.#hosts > 1) throw malformed("more than one Host field");
        if (!isHost(bytes, from, to)) throw malformed("Host is no host with an optional port");
        return;
      case "content-length":
        if (++this.#lengths > 1) throw malformed("more than one Content-Length field");
        this.contentLength = lengthOf(bytes, from, to);
        return;
      case "transfer-encoding":
        if (++this.#codings > 1) throw malformed("more than one Transfer-Encoding field");
        checkCodings(isomorphic(bytes, from, to).toLowerCase());
        this.contentLength = null;
        return;
      case "connection":
        for (const option of isomorphic(bytes, from, to).toLowerCase().split(",")) {
          const name = trimBlanks(option);
          if (name === "close") this.#isClosing = true;
          if (name === "keep-alive") this.#isKeeping = true;
        }
        return;
      case "upgrade":
        this.asksToUpgrade = true;
        return;
      case "expect":
        if (isomorphic(bytes, from, to).toLowerCase() !== "100-continue") {
          throw new HttpError(417, "Expect is other than 100-continue");
        }
        // A client of HTTP/1.0 would not understand the answer (RFC 9110, 10.1.1).
        this.expectsContinue = this.minor === 1;
        return;
    }
  }

  /** The forms of a target, and the methods that they go with (RFC 9112, 3.2). */
  #checkTarget(): void {
    const { target, method } = this;
    if (method === "CONNECT") throw new HttpError(501, "CONNECT is not implemented");
    const first = target.charCodeAt(0);
    if (first === SLASH) return;
    if (first === ASTERISK && target.length === 1) {
      if (method !== "OPTIONS") throw malformed("the target * goes with OPTIONS alone");
      return;
    }
    const absolute = /^https?:\/\/([^/?]+)/i.exec(target);
    if (absolute === null) throw malformed("the request target is neither a path nor a URL");
    const [, authority = ""] = absolute;
    const bytes = encoder.encode(authority);
    if (!isHost(bytes, 0, bytes.length)) throw malformed("the request target has no valid host");
    this.#authority = authority;
  }

  #decodeFields(): readonly Field[] {
    this.keep();
    const fields: Field[] = [];
    for (const line of this.#text?.split("\r\n") ?? []) {
      const colon = line.indexOf(":");
      // The empty line.
      if (colon === -1) break;
      fields.push([line.slice(0, colon).toLowerCase(), trimBlanks(line.slice(colon + 1))]);
    }
    this.#text = null;
    return fields;
  }
}

/** Checks the name of a field line, and finds the colon. */
export function fieldName(bytes: Uint8Array, from: number, to: number): number {
  const colon = endOf(TOKEN, bytes, from, to);
  if (colon < to && bytes[colon] === COLON && colon > from) return colon;
  if (colon === from && isBlank(bytes[from])) throw malformed("a field is folded over two lines");
  if (colon === to) throw malformed("a field line has no colon");
  if (isBlank(bytes[colon])) throw malformed("there is white space before the colon of a field");
  throw malformed("a field name is not a token");
}

/** A request that breaks the rules of HTTP: 400. */
export function malformed(reason: string): HttpError {
  return new HttpError(400, reason);
}

/** The number in `bytes[from..to]`, which is digits and nothing else (RFC 9110, 8.6). */
function lengthOf(bytes: Uint8Array, from: number, to: number): number {
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
 * The only transfer coding is chunked. Others before it are not understood, and
 * without it at the end nobody knows where the body ends (RFC 9112, 6.1 and 6.3).
 */
function checkCodings(codings: string): void {
  if (codings === "chunked") return;
  const others = /^(.+),[\t ]*chunked$/.exec(codings)?.[1];
  if (others === undefined) throw malformed("Transfer-Encoding does not end with chunked");
  if (others.split(",").some((coding) => trimBlanks(coding) === "chunked")) {
    throw malformed("Transfer-Encoding has chunked twice");
  }
  throw new HttpError(501, "Transfer-Encoding is other than chunked");
}

function minorVersion(bytes: Uint8Array, from: number, to: number): number {
  const minor = (bytes[to - 1] as number) - 48;
  if (to - from === VERSION.length + 1 && (minor === 0 || minor === 1)) {
    let at = 0;
    while (at < VERSION.length && bytes[from + at] === VERSION[at]) at++;
    if (at === VERSION.length) return minor;
  }
  const version = isomorphic(bytes, from, to);
  if (/^HTTP\/\d\.\d$/.test(version)) {
    throw new HttpError(505, `${version} is neither HTTP/1.1 nor HTTP/1.0`);
  }
  throw malformed("the request line does not end with an HTTP version");
}

function methodOf(bytes: Uint8Array, from: number, to: number): string {
  const length = to - from;
  for (const method of METHODS) {
    if (method.bytes.length !== length) continue;
    let at = 0;
    while (at < length && bytes[from + at] === method.bytes[at]) at++;
    if (at === length) return method.name;
  }
  return ascii(bytes, from, to);
}

/** Whether a name, of the same length, is the one that is known. */
function isNamed(bytes: Uint8Array, from: number, known: Uint8Array): boolean {
  for (let at = 0; at < known.length; at++) {
    const byte = bytes[from + at] as number;
    const lower = byte >= 65 && byte <= 90 ? byte + 32 : byte;
    if (lower !== known[at]) return false;
  }
  return true;
}

function byLength(names: readonly string[]): (KnownField | undefined)[] {
  const table: (KnownField | undefined)[] = [];
  for (const name of names) table[name.length] = { name, bytes: encoder.encode(name) };
  return table;
}
