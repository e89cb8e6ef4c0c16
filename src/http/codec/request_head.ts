import { HttpError } from "../error.ts";
import type { Field } from "../message.ts";
import { checkCodings, colonOf, contentLengthOf, type KnownName, knownName } from "./field_line.ts";
import { endOf, FIELD_VALUE, isHost, TARGET, TOKEN } from "./grammar.ts";
import { malformed } from "./malformed.ts";
import { beginOf, checkTarget, hostOf, methodOf, minorVersion } from "./request_line.ts";
import { copied, copy } from "./slab.ts";
import { ascii, isBlank, isomorphic, trimBlanks } from "./text.ts";

const [SPACE, SLASH] = [32, 47];

/**
 * The head of a request (RFC 9112, 2 to 6), parsed line by line. Its fields are
 * decoded on first access.
 */
export class RequestHead {
  method = "";
  target = "";
  /** The y of HTTP/1.y. */
  minor = 1;
  /** Bytes of the body; null if it is chunked. */
  contentLength: number | null = 0;
  /** Whether the client wants the connection to stay open. */
  keepAlive = true;
  /** Whether there is an Upgrade field. */
  asksToUpgrade = false;
  /** Whether the client waits for a 100 before it sends the body. */
  expectsContinue = false;
  /** Host and port of a target in absolute form. */
  #authority: string | null = null;
  /** Number of field lines. */
  count = 0;
  #hosts = 0;
  #lengths = 0;
  #codings = 0;
  #isClosing = false;
  #isKeeping = false;
  #isAscii = true;
  /** The field lines are at `#bytes[#fieldsFrom..#fieldsTo]`. */
  #fieldsFrom = 0;
  #fieldsTo = 0;
  #bytes: Uint8Array | null = null;
  /** Whether the bytes are a copy. */
  #isKept = false;
  /** The value of Host is at `#bytes[#hostFrom..#hostTo]`. */
  #hostFrom = 0;
  #hostTo = 0;
  #fields: readonly Field[] | null = null;

  /**
   * Reads the method and the target from the beginning of a request line that is incomplete
   * or malformed; null if there are none.
   */
  static fromBegin(bytes: Uint8Array): RequestHead | null {
    const begin = beginOf(bytes);
    return begin === null ? null : Object.assign(new RequestHead(), begin);
  }

  /**
   * Parses the request line, which is `bytes[from..to]` without its line end.
   *
   * @throws {HttpError} 400 or 505.
   */
  parseRequestLine(bytes: Uint8Array, from: number, to: number): void {
    const method = endOf(TOKEN, bytes, from, to);
    if (method === from || bytes[method] !== SPACE) throw malformed("the method is not a token");
    const target = endOf(TARGET, bytes, method + 1, to);
    if (target === to) throw malformed("the request line has no HTTP version");
    if (bytes[target] !== SPACE) throw malformed("the request target has an invalid character");
    if (target === method + 1) throw malformed("the request target is empty");
    this.minor = minorVersion(bytes, target + 1, to);
    this.method = methodOf(bytes, from, method);
    this.target = target === method + 2 && bytes[method + 1] === SLASH
      ? "/"
      : ascii(bytes, method + 1, target);
    // Skips CR LF.
    this.#fieldsFrom = to + 2;
  }

  /**
   * Parses a field line, which is `bytes[from..to]` without its line end.
   *
   * @throws {HttpError} 400, 417 or 501.
   */
  parseField(bytes: Uint8Array, from: number, to: number): void {
    const colon = colonOf(bytes, from, to);
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
    const known = knownName(bytes, from, colon);
    if (known === null) return;
    let end = to;
    while (end > start && isBlank(bytes[end - 1])) end--;
    this.#parseKnown(known, bytes, start, end);
  }

  /**
   * Checks the head as a whole, once all of its lines are parsed.
   *
   * @param bytes Begin with the head.
   * @param to The end of the head.
   * @throws {HttpError} 400 or 501.
   */
  finish(bytes: Uint8Array, to: number): void {
    this.#bytes = bytes;
    this.#fieldsTo = to;
    if (this.#hosts === 0 && this.minor === 1) throw malformed("no Host field");
    if (this.#codings > 0) {
      if (this.#lengths > 0) throw malformed("both Content-Length and Transfer-Encoding");
      if (this.minor === 0) throw malformed("Transfer-Encoding in HTTP/1.0");
    }
    this.keepAlive = !this.#isClosing && (this.minor === 1 || this.#isKeeping);
    this.#authority = checkTarget(this.method, this.target);
  }

  /** The requested host, with its port if one was sent; empty if HTTP/1.0 sent none. */
  get host(): string {
    if (this.#authority !== null) return this.#authority;
    if (this.#bytes !== null) return hostOf(this.#bytes, this.#hostFrom, this.#hostTo);
    return this.fields.find(([name]) => name === "host")?.[1] ?? "";
  }

  /** All fields, with names in lower case; decoded on first access. */
  get fields(): readonly Field[] {
    return this.#fields ??= this.#decodeFields();
  }

  /** Copies the fields. Must be called before the read buffer is reused, if the head is still needed. */
  keep(): void {
    if (this.#bytes === null || this.#isKept) return;
    this.#isKept = true;
    this.#bytes = copy(this.#bytes, this.#fieldsFrom, this.#fieldsTo);
    const shift = copied - this.#fieldsFrom;
    this.#fieldsFrom += shift;
    this.#fieldsTo += shift;
    this.#hostFrom += shift;
    this.#hostTo += shift;
  }

  #parseKnown(name: KnownName, bytes: Uint8Array, from: number, to: number): void {
    switch (name) {
      case "host":
        if (++this.#hosts > 1) throw malformed("more than one Host field");
        if (!isHost(bytes, from, to)) throw malformed("Host is not a host with an optional port");
        this.#hostFrom = from;
        this.#hostTo = to;
        return;
      case "content-length":
        if (++this.#lengths > 1) throw malformed("more than one Content-Length field");
        this.contentLength = contentLengthOf(bytes, from, to);
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
          throw new HttpError(417, "Expect is not 100-continue");
        }
        // An HTTP/1.0 client would not understand a 100 (RFC 9110, 10.1.1).
        this.expectsContinue = this.minor === 1;
        return;
    }
  }

  #decodeFields(): readonly Field[] {
    const fields: Field[] = [];
    if (this.#bytes === null) return fields;
    const decode = this.#isAscii ? ascii : isomorphic;
    const text = decode(this.#bytes, this.#fieldsFrom, this.#fieldsTo);
    // Once for all names is faster. No character of Latin-1 changes its length.
    const lower = text.toLowerCase();
    // The empty line ends the fields.
    for (let from = 0, end; (end = text.indexOf("\r\n", from)) > from; from = end + 2) {
      const colon = text.indexOf(":", from);
      let start = colon + 1;
      let to = end;
      while (start < to && isBlank(text.charCodeAt(start))) start++;
      while (to > start && isBlank(text.charCodeAt(to - 1))) to--;
      fields.push([lower.slice(from, colon), text.slice(start, to)]);
    }
    this.#bytes = null;
    return fields;
  }
}
