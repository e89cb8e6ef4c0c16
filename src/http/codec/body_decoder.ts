import { HttpError } from "../error.ts";
import { FIELD_VALUE, HEX, isAll } from "./grammar.ts";
import { fieldName, malformed } from "./request_head.ts";
import { isomorphic } from "./text.ts";

const [LINE_FEED, RETURN] = [10, 13];
/** The most digits of a chunk's size, leading zeros included: 2^52 and something. */
const SIZE_DIGITS = 13;
/** Extensions of a chunk (RFC 9112, 7.1.1), without the blanks that it has senders not send. */
const EXTENSIONS =
  /^(?:;[!#$%&'*+.^_`|~\w-]+(?:=(?:[!#$%&'*+.^_`|~\w-]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"))?)*$/;

/** Limits of a chunked body. */
export interface BodyLimits {
  /** Bytes of content. */
  readonly maxBodySize: number;
  /** Bytes of all sizes with their extensions beyond what bare ones take, and of the trailers. */
  readonly maxHeaderSize: number;
  /** Lines of trailers. */
  readonly maxHeaders: number;
}

/** Takes the body of one message out of a stream. */
export interface BodyDecoder {
  /**
   * Takes on.
   *
   * @param bytes What has arrived and was not consumed; what is consumed may be changed.
   * @returns A part of the content, which is a view; "more" to be called again
   * with more bytes, "end" when the message is over.
   * @throws {HttpError} 400, 413 or 431.
   */
  decode(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | "more" | "end";
  /** Bytes that the last call took from the start of `bytes`. */
  readonly consumed: number;
}

/** A body of a length that was announced. */
export class FixedBody implements BodyDecoder {
  consumed = 0;
  #rest: number;

  constructor(length: number) {
    this.#rest = length;
  }

  decode(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | "more" | "end" {
    this.consumed = 0;
    if (this.#rest === 0) return "end";
    if (bytes.length === 0) return "more";
    this.consumed = Math.min(this.#rest, bytes.length);
    this.#rest -= this.consumed;
    return this.consumed === bytes.length ? bytes : bytes.subarray(0, this.consumed);
  }
}

/** A chunked body (RFC 9112, 7.1). Its trailers are checked and passed over. */
export class ChunkedBody implements BodyDecoder {
  consumed = 0;
  readonly #limits: BodyLimits;
  /** What comes next. */
  #state: "size" | "content" | "content end" | "trailers" = "size";
  /** Bytes of the chunk that are to come. */
  #rest = 0;
  #total = 0;
  /** Where the content is that the current call has found. */
  #from = 0;
  #to = 0;
  /** Bytes around the content that a sender of bare chunks would not have sent. */
  #excess = 0;
  #trailers = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  decode(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | "more" | "end" {
    this.consumed = this.#from = this.#to = 0;
    try {
      if (this.#takeChunks(bytes)) return "end";
    } catch (error) {
      // What comes before is good; the next call finds the error again.
      if (this.#from === this.#to) throw error;
    }
    return this.#from === this.#to ? "more" : bytes.subarray(this.#from, this.#to);
  }

  /** @returns Whether the message is over. */
  #takeChunks(bytes: Uint8Array): boolean {
    for (;;) {
      if (this.#state === "content") this.#takeContent(bytes);
      const end = this.#lineEnd(bytes, this.consumed);
      if (end === -1) return false;
      const isOver = this.#takeLine(bytes, this.consumed, end);
      this.consumed = end + 2;
      if (isOver) return true;
      if (this.#state === "trailers" && this.#from < this.#to) return false;
    }
  }

  /** Small chunks that are there together are moved together: each by itself would cost too much. */
  #takeContent(bytes: Uint8Array): void {
    const from = this.consumed;
    const to = Math.min(bytes.length, from + this.#rest);
    if (this.#from === this.#to) this.#from = this.#to = from;
    if (this.#to < from) bytes.copyWithin(this.#to, from, to);
    this.#to += to - from;
    this.#rest -= to - from;
    this.consumed = to;
    if (this.#rest === 0) this.#state = "content end";
  }

  /** Where the line that begins at `from` has its CR; -1 while it has none. */
  #lineEnd(bytes: Uint8Array, from: number): number {
    if (this.#state === "content") return -1;
    if (this.#state === "content end") return contentEnd(bytes, from);
    const room = this.#limits.maxHeaderSize - this.#excess + SIZE_DIGITS;
    const feed = bytes.indexOf(LINE_FEED, from);
    if ((feed === -1 ? bytes.length : feed) - from > room) throw this.#tooLong();
    if (feed === -1) return -1;
    if (feed === from || bytes[feed - 1] !== RETURN) {
      throw malformed("a line of the body ends without CR");
    }
    return feed - 1;
  }

  /** @returns Whether it was the last line of the message. */
  #takeLine(bytes: Uint8Array, from: number, to: number): boolean {
    switch (this.#state) {
      case "size":
        this.#takeSize(bytes, from, to);
        return false;
      case "content end":
        this.#state = "size";
        return false;
      default:
        return this.#takeTrailer(bytes, from, to);
    }
  }

  #takeSize(bytes: Uint8Array, from: number, to: number): void {
    let size = 0;
    let at = from;
    for (; at < to; at++) {
      const digit = HEX[bytes[at] as number] as number;
      if (digit === 255) break;
      size = size * 16 + digit;
    }
    if (at === from) throw malformed("the size of a chunk is not a hexadecimal number");
    if (at - from > SIZE_DIGITS) throw malformed("the size of a chunk has too many digits");
    if (at < to) this.#takeExtensions(bytes, at, to);
    this.#total += size;
    if (this.#total > this.#limits.maxBodySize) {
      throw new HttpError(413, `the body is larger than ${this.#limits.maxBodySize} bytes`);
    }
    this.#rest = size;
    this.#state = size === 0 ? "trailers" : "content";
  }

  #takeExtensions(bytes: Uint8Array, from: number, to: number): void {
    if (!EXTENSIONS.test(isomorphic(bytes, from, to))) {
      throw malformed("the size of a chunk is followed by something other than extensions");
    }
    this.#addExcess(to - from);
  }

  #takeTrailer(bytes: Uint8Array, from: number, to: number): boolean {
    if (to === from) return true;
    const colon = fieldName(bytes, from, to);
    if (!isAll(FIELD_VALUE, bytes, colon + 1, to)) {
      throw malformed("a field value has a control character");
    }
    if (++this.#trailers > this.#limits.maxHeaders) throw this.#tooLong();
    this.#addExcess(to - from + 2);
    return false;
  }

  #addExcess(bytes: number): void {
    this.#excess += bytes;
    if (this.#excess > this.#limits.maxHeaderSize) throw this.#tooLong();
  }

  #tooLong(): HttpError {
    return this.#state === "trailers"
      ? new HttpError(431, "the trailers are too many or too large")
      : malformed("the extensions of chunks are too large");
  }
}

/** The two bytes after a chunk's content are known: what else comes is told at once. */
function contentEnd(bytes: Uint8Array, from: number): number {
  const [first, second] = [bytes[from], bytes[from + 1]];
  if ((first ?? RETURN) !== RETURN || (second ?? LINE_FEED) !== LINE_FEED) {
    throw malformed("a chunk is longer or shorter than its size");
  }
  return second === undefined ? -1 : from;
}
