import { HttpError } from "../error.ts";
import type { Field } from "../message.ts";
import type { DecodedResponse, ResponseLimits } from "./decoded_response.ts";
import { checkCodings, colonOf, contentLengthOf, knownName } from "./field_line.ts";
import { FIELD_VALUE } from "./grammar.ts";
import { LastHead } from "./last_head.ts";
import { malformed } from "./malformed.ts";
import { ascii, isBlank, isomorphic, trimBlanks } from "./text.ts";

const [LINE_FEED, RETURN, SPACE] = [10, 13, 32];
const [DIGIT_0, DIGIT_1, DIGIT_9] = [48, 49, 57];
/** The version without its last digit. */
const VERSION = new TextEncoder().encode("HTTP/1.");
/** Offsets in the status line. */
const [MINOR, STATUS, STATUS_END] = [7, 9, 12];
/** The number of marks of a field. */
const MARKS = 4;

/**
 * Decodes heads of responses. It is strict: what two recipients could understand in two ways is
 * an error. An HttpError that it throws is about the response.
 */
export class ResponseHeadDecoder {
  /** Bytes of the last head. */
  size = 0;
  readonly #limits: ResponseLimits;
  /** Bytes of the head that have been parsed, up to a line's begin. */
  #parsed = 0;
  /** Bytes of the head that have been searched for a line end. */
  #searched = 0;
  /** All bytes that have been searched, joined by "or". */
  #all = 0;
  #status = 0;
  #minor = 1;
  #contentLength: number | null = null;
  #isChunked = false;
  #isClosing = false;
  #isKeeping = false;
  /** Of each field the begin and the end of its name, and of its value. */
  #marks: number[] = [];
  readonly #last = new LastHead();

  constructor(limits: ResponseLimits) {
    this.#limits = limits;
  }

  /**
   * Decodes a head; afterwards the next one.
   *
   * @param bytes Everything that has arrived of the head.
   * @param isForHead Whether the request's method is HEAD.
   * @returns null if it needs more bytes.
   * @throws {HttpError} 431 if it exceeds a limit; any other status if it is malformed.
   */
  decode(bytes: Uint8Array, isForHead: boolean): DecodedResponse | null {
    if (this.#parsed === 0) {
      const last = this.#searched === 0 ? this.#last.find(bytes, isForHead) : null;
      if (last !== null) {
        this.size = this.#last.size;
        return last;
      }
      checkVersion(bytes);
    }
    for (;;) {
      const from = this.#parsed;
      const end = this.#lineEnd(bytes);
      if (end === -1) return null;
      this.#parsed = this.#searched = end + 2;
      if (from === 0) this.#parseStatusLine(bytes, end);
      else if (end > from) this.#parseField(bytes, from, end);
      else return this.#finish(bytes, isForHead);
    }
  }

  /** The position of the CR of the line that is being searched; -1 if it needs more bytes. */
  #lineEnd(bytes: Uint8Array): number {
    const { maxHeaderSize } = this.#limits;
    const to = Math.min(bytes.length, maxHeaderSize);
    let at = this.#searched;
    let all = this.#all;
    // Each character of a line may be in a field value, so that one pass does for both.
    for (let byte; at < to && FIELD_VALUE[byte = bytes[at] as number] === 1; at++) all |= byte;
    this.#all = all;
    this.#searched = at;
    if (at < to && bytes[at] !== RETURN) {
      throw malformed(
        bytes[at] === LINE_FEED ? "a line ends without CR" : "a line has a control character",
      );
    }
    if (at + (at < to ? 1 : 0) >= maxHeaderSize) {
      throw new HttpError(431, `the header is larger than ${maxHeaderSize} bytes`);
    }
    if (at + 1 >= bytes.length) return -1;
    if (bytes[at + 1] !== LINE_FEED) throw malformed("a line has a CR without LF");
    return at;
  }

  /** Parses `bytes[0..end]`; the reason phrase does not matter (RFC 9112, 4). */
  #parseStatusLine(bytes: Uint8Array, end: number): void {
    const minor = bytes[MINOR];
    if (minor !== DIGIT_0 && minor !== DIGIT_1) {
      throw malformed("the version is neither HTTP/1.1 nor HTTP/1.0");
    }
    this.#minor = minor - DIGIT_0;
    let status = 0;
    for (let at = STATUS; at < STATUS_END; at++) {
      const byte = bytes[at] as number;
      status = byte >= DIGIT_0 && byte <= DIGIT_9 ? 10 * status + byte - DIGIT_0 : NaN;
    }
    // Servers without a reason phrase often omit the space before it too.
    const isEnded = end === STATUS_END || bytes[STATUS_END] === SPACE;
    if (!(status >= 100) || bytes[STATUS - 1] !== SPACE || !isEnded) {
      throw malformed("the status line has no status of three digits");
    }
    this.#status = status;
  }

  #parseField(bytes: Uint8Array, from: number, to: number): void {
    const marks = this.#marks;
    if (marks.length === MARKS * this.#limits.maxHeaders) {
      throw new HttpError(431, `there are more than ${this.#limits.maxHeaders} header fields`);
    }
    const colon = colonOf(bytes, from, to);
    let start = colon + 1;
    while (start < to && isBlank(bytes[start])) start++;
    let end = to;
    while (end > start && isBlank(bytes[end - 1])) end--;
    marks.push(from, colon, start, end);
    switch (knownName(bytes, from, colon)) {
      case "content-length":
        this.#takeLength(contentLengthOf(bytes, start, end));
        return;
      case "transfer-encoding":
        if (this.#isChunked) throw malformed("more than one Transfer-Encoding field");
        checkCodings(isomorphic(bytes, start, end).toLowerCase());
        this.#isChunked = true;
        return;
      case "connection":
        for (const option of isomorphic(bytes, start, end).toLowerCase().split(",")) {
          const name = trimBlanks(option);
          if (name === "close") this.#isClosing = true;
          if (name === "keep-alive") this.#isKeeping = true;
        }
    }
  }

  /** Takes a Content-Length: the same one twice does no harm (RFC 9110, 8.6). */
  #takeLength(length: number): void {
    if (!Number.isSafeInteger(length)) throw malformed("Content-Length is too large");
    if (this.#contentLength !== null && this.#contentLength !== length) {
      throw malformed("Content-Length fields that differ");
    }
    this.#contentLength = length;
  }

  #finish(bytes: Uint8Array, isForHead: boolean): DecodedResponse {
    const contentLength = this.#contentLength;
    if (this.#isChunked) {
      if (contentLength !== null) throw malformed("both Content-Length and Transfer-Encoding");
      if (this.#minor === 0) throw malformed("Transfer-Encoding in HTTP/1.0");
    }
    const response = {
      status: this.#status,
      minor: this.#minor,
      fields: this.#decodeFields(bytes),
      length: this.#bodyLength(isForHead),
      contentLength,
      keepAlive: this.#keepsAlive(isForHead),
    };
    this.size = this.#parsed;
    this.#last.keep(response, bytes, this.size, isForHead);
    this.reset();
    return response;
  }

  /** Prepares for another head, and forgets the beginning of one. */
  reset(): void {
    this.#parsed = this.#searched = this.#all = 0;
    this.#contentLength = null;
    this.#isChunked = this.#isClosing = this.#isKeeping = false;
    this.#marks.length = 0;
  }

  /** RFC 9112, 6.3. */
  #bodyLength(isForHead: boolean): number | null | "close" {
    if (isForHead || isWithoutBody(this.#status)) return 0;
    return this.#isChunked ? null : this.#contentLength ?? "close";
  }

  #keepsAlive(isForHead: boolean): boolean {
    if (this.#isClosing || (this.#minor === 0 && !this.#isKeeping)) return false;
    const status = this.#status;
    if (status === 101) return false;
    if (isForHead || status === 304) return true;
    const isAnnounced = this.#isChunked || (this.#contentLength ?? 0) > 0;
    // A body that was announced against the rules may still follow.
    if (isWithoutBody(status)) return !isAnnounced;
    return isAnnounced || this.#contentLength === 0;
  }

  #decodeFields(bytes: Uint8Array): readonly Field[] {
    const marks = this.#marks;
    const decode = this.#all > 127 ? isomorphic : ascii;
    const text = decode(bytes, 0, this.#parsed);
    const fields: Field[] = [];
    for (let i = 0; i < marks.length; i += MARKS) {
      fields.push([text.slice(marks[i], marks[i + 1]), text.slice(marks[i + 2], marks[i + 3])]);
    }
    return fields;
  }
}

/** Refuses what no response begins with, before the rest of the line arrives. */
function checkVersion(bytes: Uint8Array): void {
  for (let at = 0; at < VERSION.length && at < bytes.length; at++) {
    if (bytes[at] !== VERSION[at]) throw malformed("it does not begin with an HTTP/1 version");
  }
}

/** Whether a response ends with its head, whatever it announces (RFC 9112, 6.3). */
function isWithoutBody(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}
