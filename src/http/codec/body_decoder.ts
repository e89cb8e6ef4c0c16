import { HttpError } from "../error.ts";
import type { Field } from "../message.ts";
import { colonOf } from "./field_line.ts";
import { FIELD_VALUE, HEX, isAll } from "./grammar.ts";
import { malformed } from "./malformed.ts";
import { isomorphic, trimBlanks } from "./text.ts";

/** The trailers of a message that has none. */
export const NO_TRAILERS: readonly Field[] = [];

const [LINE_FEED, RETURN] = [10, 13];
/** Maximum number of digits in a chunk size, including leading zeros: sizes up to 2^52. */
const SIZE_DIGITS = 13;
/** Chunk extensions (RFC 9112, 7.1.1), without the whitespace that senders must not generate. */
const EXTENSIONS =
  /^(?:;[!#$%&'*+.^_`|~\w-]+(?:=(?:[!#$%&'*+.^_`|~\w-]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"))?)*$/;

/** Limits of a chunked body. */
export interface BodyLimits {
  /** Bytes of content. */
  readonly maxBodySize: number;
  /** Bytes of all chunk extensions and trailers together. */
  readonly maxHeaderSize: number;
  /** Trailer lines. */
  readonly maxHeaders: number;
}

/** Decodes the body of one message. */
export interface BodyDecoder {
  /**
   * Decodes the next part.
   *
   * @param bytes Everything that has arrived and is not consumed. Consumed bytes may be
   * overwritten.
   * @returns A part of the content, as a view of `bytes`; "more" if it needs more
   * bytes; "end" at the end of the message.
   * @throws {HttpError} 400, 413 or 431.
   */
  decode(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | "more" | "end";
  /** The number of bytes that the last call consumed. */
  readonly consumed: number;
  /** The trailer fields, with names in lower case; known at the end of the message. */
  readonly trailers: readonly Field[];
}

/** A body with a Content-Length. */
export class FixedBody implements BodyDecoder {
  consumed = 0;
  #remaining: number;

  constructor(length: number) {
    this.#remaining = length;
  }

  get trailers(): readonly Field[] {
    return NO_TRAILERS;
  }

  decode(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | "more" | "end" {
    this.consumed = 0;
    if (this.#remaining === 0) return "end";
    if (bytes.length === 0) return "more";
    this.consumed = Math.min(this.#remaining, bytes.length);
    this.#remaining -= this.consumed;
    return this.consumed === bytes.length ? bytes : bytes.subarray(0, this.consumed);
  }
}

/** A chunked body (RFC 9112, 7.1). */
export class ChunkedBody implements BodyDecoder {
  consumed = 0;
  readonly #limits: BodyLimits;
  /** The part that comes next. */
  #state: "size" | "content" | "content end" | "trailers" = "size";
  /** Bytes of the current chunk still to come. */
  #remaining = 0;
  #total = 0;
  /** The range of content that the current call has found. */
  #from = 0;
  #to = 0;
  /** Bytes of extensions and trailers so far. */
  #excess = 0;
  #trailers: Field[] | null = null;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  get trailers(): readonly Field[] {
    return this.#trailers ?? NO_TRAILERS;
  }

  decode(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | "more" | "end" {
    this.consumed = this.#from = this.#to = 0;
    try {
      if (this.#parseChunks(bytes)) return "end";
    } catch (error) {
      // Content before the error is still returned; the next call throws again.
      if (this.#from === this.#to) throw error;
    }
    return this.#from === this.#to ? "more" : bytes.subarray(this.#from, this.#to);
  }

  /** @returns Whether the message is over. */
  #parseChunks(bytes: Uint8Array): boolean {
    for (;;) {
      if (this.#state === "content") this.#takeContent(bytes);
      const end = this.#lineEnd(bytes, this.consumed);
      if (end === -1) return false;
      const isOver = this.#parseLine(bytes, this.consumed, end);
      this.consumed = end + 2;
      if (isOver) return true;
      if (this.#state === "trailers" && this.#from < this.#to) return false;
    }
  }

  /** Joins small chunks into one part, since a part for each would cost too much. */
  #takeContent(bytes: Uint8Array): void {
    const from = this.consumed;
    const to = Math.min(bytes.length, from + this.#remaining);
    if (this.#from === this.#to) this.#from = this.#to = from;
    if (this.#to < from) bytes.copyWithin(this.#to, from, to);
    this.#to += to - from;
    this.#remaining -= to - from;
    this.consumed = to;
    if (this.#remaining === 0) this.#state = "content end";
  }

  /** The position of the CR of the line that begins at `from`; -1 if it has not arrived. */
  #lineEnd(bytes: Uint8Array, from: number): number {
    if (this.#state === "content") return -1;
    if (this.#state === "content end") return contentEnd(bytes, from);
    const room = this.#limits.maxHeaderSize - this.#excess + SIZE_DIGITS;
    const feed = bytes.indexOf(LINE_FEED, from);
    if ((feed === -1 ? bytes.length : feed) - from > room) throw this.#tooLong();
    if (feed === -1) return -1;
    if (feed === from || bytes[feed - 1] !== RETURN) {
      throw malformed("a line in the body ends without CR");
    }
    return feed - 1;
  }

  /** @returns Whether it was the last line of the message. */
  #parseLine(bytes: Uint8Array, from: number, to: number): boolean {
    switch (this.#state) {
      case "size":
        this.#parseSize(bytes, from, to);
        return false;
      case "content end":
        this.#state = "size";
        return false;
      default:
        return this.#parseTrailer(bytes, from, to);
    }
  }

  #parseSize(bytes: Uint8Array, from: number, to: number): void {
    let size = 0;
    let at = from;
    for (; at < to; at++) {
      const digit = HEX[bytes[at] as number] as number;
      if (digit === 255) break;
      size = size * 16 + digit;
    }
    if (at === from) throw malformed("a chunk size is not a hexadecimal number");
    if (at - from > SIZE_DIGITS) throw malformed("a chunk size has too many digits");
    if (at < to) this.#checkExtensions(bytes, at, to);
    this.#total += size;
    if (this.#total > this.#limits.maxBodySize) {
      throw new HttpError(413, `the body is larger than ${this.#limits.maxBodySize} bytes`);
    }
    this.#remaining = size;
    this.#state = size === 0 ? "trailers" : "content";
  }

  #checkExtensions(bytes: Uint8Array, from: number, to: number): void {
    if (!EXTENSIONS.test(isomorphic(bytes, from, to))) {
      throw malformed("a chunk size is followed by something other than extensions");
    }
    this.#addExcess(to - from);
  }

  #parseTrailer(bytes: Uint8Array, from: number, to: number): boolean {
    if (to === from) return true;
    const colon = colonOf(bytes, from, to);
    if (!isAll(FIELD_VALUE, bytes, colon + 1, to)) {
      throw malformed("a field value has a control character");
    }
    const trailers = this.#trailers ??= [];
    if (trailers.length >= this.#limits.maxHeaders) throw this.#tooLong();
    this.#addExcess(to - from + 2);
    const name = isomorphic(bytes, from, colon).toLowerCase();
    trailers.push([name, trimBlanks(isomorphic(bytes, colon + 1, to))]);
    return false;
  }

  #addExcess(bytes: number): void {
    this.#excess += bytes;
    if (this.#excess > this.#limits.maxHeaderSize) throw this.#tooLong();
  }

  #tooLong(): HttpError {
    return this.#state === "trailers"
      ? new HttpError(431, "the trailers are too many or too large")
      : malformed("the chunk extensions are too large");
  }
}

/** The position of the CR LF after a chunk; -1 if it has not arrived. Any other byte is an error. */
function contentEnd(bytes: Uint8Array, from: number): number {
  const [first, second] = [bytes[from], bytes[from + 1]];
  if ((first ?? RETURN) !== RETURN || (second ?? LINE_FEED) !== LINE_FEED) {
    throw malformed("a chunk is longer or shorter than its size");
  }
  return second === undefined ? -1 : from;
}
