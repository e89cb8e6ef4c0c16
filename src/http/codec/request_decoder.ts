import { HttpError } from "../error.ts";
import type { Field } from "../message.ts";
import {
  type BodyDecoder,
  type BodyLimits,
  ChunkedBody,
  FixedBody,
  NO_TRAILERS,
} from "./body_decoder.ts";
import { TOKEN } from "./grammar.ts";
import { malformed } from "./malformed.ts";
import { RequestHead } from "./request_head.ts";

const [LINE_FEED, RETURN, TLS_HANDSHAKE] = [10, 13, 22];

/** Limits on the size of a request. Those of trailers also apply to the head. */
export type RequestLimits = BodyLimits;

/** The client began a TLS handshake on a port that speaks plain HTTP. */
export class TlsHelloError extends HttpError {
  constructor() {
    super(400, "the client speaks TLS, and this port does not");
  }
}

/**
 * Decodes the requests of one connection, in order: bytes in, events out, no I/O.
 * The result does not depend on how the bytes were split into reads.
 */
export class RequestDecoder {
  /** The number of bytes that the last call consumed. */
  consumed = 0;
  /** The trailer fields of the last body, with names in lower case; known at its end. */
  trailers: readonly Field[] = NO_TRAILERS;
  readonly #limits: RequestLimits;
  #head: RequestHead | null = null;
  #body: BodyDecoder | null = null;
  /** Bytes of the head that have been parsed. */
  #parsed = 0;
  /** Bytes of the head that have been searched for a line end. */
  #searched = 0;
  #hasSkippedEmptyLine = false;

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /** Whether part of a head has arrived. */
  get isInHead(): boolean {
    // An empty line before the request line is not part of the head.
    return this.#searched > (this.#hasSkippedEmptyLine ? 2 : 0);
  }

  /** A head of which the request line, at least, has been parsed; null if there is none. */
  get begun(): RequestHead | null {
    return this.#head;
  }

  /**
   * Decodes the next event.
   *
   * @param bytes Everything that has arrived and is not consumed.
   * @returns A head; a part of the content, as a view of `bytes`; "end" at the end
   * of a request that has a body; "more" if it needs more bytes.
   * @throws {HttpError} 400, 413, 414, 417, 431, 501 or 505. Nothing after the request
   * can be decoded.
   */
  decode(
    bytes: Uint8Array<ArrayBuffer>,
  ): RequestHead | Uint8Array<ArrayBuffer> | "end" | "more" {
    if (this.#body === null) return this.#decodeHead(bytes);
    const decoded = this.#body.decode(bytes);
    this.consumed = this.#body.consumed;
    if (decoded === "end") {
      this.trailers = this.#body.trailers;
      this.#body = null;
    }
    return decoded;
  }

  #decodeHead(bytes: Uint8Array<ArrayBuffer>): RequestHead | "more" {
    this.consumed = 0;
    const { maxHeaderSize } = this.#limits;
    if (this.#parsed === 0 && bytes.length > 0) this.#checkStart(bytes);
    for (;;) {
      const from = this.#parsed;
      const feed = lineFeed(bytes, Math.max(from, this.#searched));
      const isTooLarge = feed === -1 ? bytes.length >= maxHeaderSize : feed >= maxHeaderSize;
      if (isTooLarge) throw this.#tooLarge();
      if (feed === -1) {
        this.#searched = bytes.length;
        return "more";
      }
      if (feed === from || bytes[feed - 1] !== RETURN) throw malformed("a line ends without CR");
      this.#parsed = feed + 1;
      const head = this.#head;
      if (feed - 1 > from) this.#parseLine(bytes, from, feed - 1);
      else if (head === null) this.#skipEmptyLine();
      else return this.#finishHead(head, bytes);
    }
  }

  /** Rejects a first byte that no request begins with, before the rest of the line arrives. */
  #checkStart(bytes: Uint8Array): void {
    const first = bytes[0] as number;
    if (first === TLS_HANDSHAKE) throw new TlsHelloError();
    if (TOKEN[first] === 0 && first !== RETURN) throw malformed("the method is not a token");
  }

  #parseLine(bytes: Uint8Array, from: number, to: number): void {
    if (this.#head === null) {
      const head = new RequestHead();
      head.parseRequestLine(bytes, from, to);
      this.#head = head;
      return;
    }
    if (this.#head.count === this.#limits.maxHeaders) {
      throw new HttpError(431, `there are more than ${this.#limits.maxHeaders} header fields`);
    }
    this.#head.parseField(bytes, from, to);
  }

  /** Ignores one empty line before the request, which some clients send (RFC 9112, 2.2). */
  #skipEmptyLine(): void {
    if (this.#hasSkippedEmptyLine) throw malformed("the request line is empty");
    this.#hasSkippedEmptyLine = true;
  }

  #finishHead(head: RequestHead, bytes: Uint8Array): RequestHead {
    head.finish(bytes, this.#parsed);
    const { contentLength } = head;
    const { maxBodySize } = this.#limits;
    if (contentLength !== null && contentLength > maxBodySize) {
      throw new HttpError(413, `the body is larger than ${maxBodySize} bytes`);
    }
    if (contentLength !== 0) {
      this.#body = contentLength === null
        ? new ChunkedBody(this.#limits)
        : new FixedBody(contentLength);
    }
    this.consumed = this.#parsed;
    this.trailers = NO_TRAILERS;
    this.#head = null;
    this.#parsed = this.#searched = 0;
    this.#hasSkippedEmptyLine = false;
    return head;
  }

  #tooLarge(): HttpError {
    const { maxHeaderSize } = this.#limits;
    return this.#head === null
      ? new HttpError(414, `the request line is larger than ${maxHeaderSize} bytes`)
      : new HttpError(431, `the header is larger than ${maxHeaderSize} bytes`);
  }
}

/** The position of the next line feed, or -1. On short lines a loop is faster than indexOf(). */
function lineFeed(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) if (bytes[at] === LINE_FEED) return at;
  return -1;
}
