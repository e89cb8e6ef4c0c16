import { type BodyDecoder, type BodyLimits, ChunkedBody, FixedBody } from "./body_decoder.ts";
import { HttpError } from "../error.ts";
import { TOKEN } from "./grammar.ts";
import { malformed, RequestHead } from "./request_head.ts";

const [LINE_FEED, RETURN, TLS_HANDSHAKE] = [10, 13, 22];

/** How large the parts of a request may be. */
export type RequestLimits = BodyLimits;

/** A client that speaks TLS to a port that does not. */
export class TlsHelloError extends HttpError {
  constructor() {
    super(400, "the client speaks TLS, and this port does not");
  }
}

/**
 * Takes requests out of a stream, one after the other: bytes in, events out, no
 * I/O. What it says does not depend on where the bytes were cut.
 */
export class RequestDecoder {
  /** Bytes that the last call took from the start of `bytes`. */
  consumed = 0;
  readonly #limits: RequestLimits;
  #head: RequestHead | null = null;
  #body: BodyDecoder | null = null;
  /** Bytes of the head that are taken, or known to have no end of a line. */
  #taken = 0;
  #searched = 0;
  #isEmptyLineTaken = false;

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /** Whether a request has begun to arrive whose head is not complete. */
  get isInHead(): boolean {
    // The empty line that may be sent before is no part of it.
    return this.#searched > (this.#isEmptyLineTaken ? 2 : 0);
  }

  /**
   * Takes on.
   *
   * @param bytes What has arrived and was not consumed; more at each call.
   * @returns A head; a part of the content, which is a view; "end" when the
   * request is over; "more" to be called again with more bytes.
   * @throws {HttpError} If the request is malformed or too large; the rest of the
   * stream has no meaning then.
   */
  decode(
    bytes: Uint8Array<ArrayBuffer>,
  ): RequestHead | Uint8Array<ArrayBuffer> | "end" | "more" {
    if (this.#body === null) return this.#decodeHead(bytes);
    const decoded = this.#body.decode(bytes);
    this.consumed = this.#body.consumed;
    if (decoded === "end") this.#body = null;
    return decoded;
  }

  #decodeHead(bytes: Uint8Array<ArrayBuffer>): RequestHead | "more" {
    this.consumed = 0;
    const { maxHeaderSize } = this.#limits;
    if (this.#taken === 0 && bytes.length > 0) this.#checkStart(bytes);
    for (;;) {
      const from = this.#taken;
      const feed = lineFeed(bytes, Math.max(from, this.#searched));
      const isTooLarge = feed === -1 ? bytes.length >= maxHeaderSize : feed >= maxHeaderSize;
      if (isTooLarge) throw this.#tooLarge();
      if (feed === -1) {
        this.#searched = bytes.length;
        return "more";
      }
      if (feed === from || bytes[feed - 1] !== RETURN) throw malformed("a line ends without CR");
      this.#taken = feed + 1;
      const head = this.#head;
      if (feed - 1 > from) this.#takeLine(bytes, from, feed - 1);
      else if (head === null) this.#takeEmptyLine();
      else return this.#finishHead(head, bytes);
    }
  }

  /** What no request begins with is told before a line of it is there. */
  #checkStart(bytes: Uint8Array): void {
    const first = bytes[0] as number;
    if (first === TLS_HANDSHAKE) throw new TlsHelloError();
    if (TOKEN[first] === 0 && first !== RETURN) throw malformed("the method is not a token");
  }

  #takeLine(bytes: Uint8Array, from: number, to: number): void {
    if (this.#head === null) {
      const head = new RequestHead();
      head.takeRequestLine(bytes, from, to);
      this.#head = head;
      return;
    }
    if (this.#head.count === this.#limits.maxHeaders) {
      throw new HttpError(431, `there are more than ${this.#limits.maxHeaders} header fields`);
    }
    this.#head.takeField(bytes, from, to);
  }

  /** One before the request line is passed over, as some clients send it after a body (RFC 9112, 2.2). */
  #takeEmptyLine(): void {
    if (this.#isEmptyLineTaken) throw malformed("the request line is empty");
    this.#isEmptyLineTaken = true;
  }

  #finishHead(head: RequestHead, bytes: Uint8Array): RequestHead {
    head.finish(bytes, this.#taken);
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
    this.consumed = this.#taken;
    this.#head = null;
    this.#taken = this.#searched = 0;
    this.#isEmptyLineTaken = false;
    return head;
  }

  #tooLarge(): HttpError {
    const { maxHeaderSize } = this.#limits;
    return this.#head === null
      ? new HttpError(414, `the request line is larger than ${maxHeaderSize} bytes`)
      : new HttpError(431, `the header is larger than ${maxHeaderSize} bytes`);
  }
}

/** Where the next line feed is, or -1. Lines are short: to look at each byte takes less than indexOf() to begin. */
function lineFeed(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) if (bytes[at] === LINE_FEED) return at;
  return -1;
}
