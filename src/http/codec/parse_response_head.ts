const [LINE_FEED, RETURN, SPACE, TAB, COLON, COMMA] = [10, 13, 32, 9, 58, 44];
const [DIGIT_0, DIGIT_9] = [48, 57];
const VERSION = encode("HTTP/1.");
const CONTENT_LENGTH = encode("content-length");
const TRANSFER_ENCODING = encode("transfer-encoding");
const CONNECTION = encode("connection");
const CLOSE = encode("close");
const KEEP_ALIVE = encode("keep-alive");
const [LETTER_C, LETTER_T] = [99, 116];

/** Instead of a length: the body is chunked (RFC 9112, 7.1). */
export const CHUNKED = -1;
/** Instead of a length: the body ends with the connection (RFC 9112, 6.3). */
export const UNTIL_CLOSE = -2;

/** What a client needs from the header section of a response. */
export interface ResponseHead {
  readonly status: number;
  /** Bytes of the body, {@linkcode CHUNKED} or {@linkcode UNTIL_CLOSE}. */
  readonly length: number;
  /** Whether the server announces that it will close the connection. */
  readonly isLast: boolean;
  /** The offset of the body. */
  readonly end: number;
}

/**
 * Parses the header section of a response in one pass and without decoding text, since the load
 * generator does this for every request.
 *
 * @param from The offset of the status line.
 */
export function parseResponseHead(
  bytes: Uint8Array<ArrayBuffer>,
  from: number,
): ResponseHead | "more" | "malformed" {
  const arrived = bytes.length - from;
  for (let i = 0; i < VERSION.length && i < arrived; i++) {
    if (bytes[from + i] !== VERSION[i]) return "malformed";
  }
  let line = bytes.indexOf(LINE_FEED, from) + 1;
  if (line === 0) return "more";
  const status = numberAt(bytes, from + 9, from + 12);
  if (bytes[from + 8] !== SPACE || status < 100) return "malformed";
  if (!isBlank(bytes[from + 12])) return "malformed";
  let length = UNTIL_CLOSE;
  // HTTP/1.0 closes unless it says otherwise (RFC 9112, 9.3).
  let isLast = bytes[from + 7] === DIGIT_0;
  let closes = false;
  for (;;) {
    const next = bytes.indexOf(LINE_FEED, line) + 1;
    if (next === 0) return "more";
    const end = bytes[next - 2] === RETURN ? next - 2 : next - 1;
    if (end === line) return { status, length, isLast, end: next };
    const first = (bytes[line] ?? 0) | 0x20;
    if (first === LETTER_C) {
      const value = valueOf(bytes, line, end, CONTENT_LENGTH);
      if (value !== -1) {
        const announced = numberAt(bytes, value, end);
        if (announced < 0) return "malformed";
        if (length !== CHUNKED) length = announced;
      } else {
        const options = valueOf(bytes, line, end, CONNECTION);
        if (options !== -1) {
          if (isListed(bytes, options, end, CLOSE)) isLast = closes = true;
          else if (isListed(bytes, options, end, KEEP_ALIVE)) isLast = closes;
        }
      }
    } else if (first === LETTER_T) {
      if (valueOf(bytes, line, end, TRANSFER_ENCODING) !== -1) length = CHUNKED;
    }
    line = next;
  }
}

/** The offset of the value of a field; -1 if the field has another name. */
function valueOf(
  bytes: Uint8Array<ArrayBuffer>,
  line: number,
  end: number,
  name: Uint8Array<ArrayBuffer>,
): number {
  if (bytes[line + name.length] !== COLON || !startsWith(bytes, line, name)) return -1;
  let at = line + name.length + 1;
  while (at < end && isBlank(bytes[at])) at++;
  return at;
}

/** Whether a comma-separated list has a word. */
function isListed(
  bytes: Uint8Array<ArrayBuffer>,
  from: number,
  end: number,
  word: Uint8Array<ArrayBuffer>,
): boolean {
  for (let at = from, next; at < end; at = next + 1) {
    next = at;
    while (next < end && bytes[next] !== COMMA) next++;
    let to = next;
    while (at < to && isBlank(bytes[at])) at++;
    while (at < to && isBlank(bytes[to - 1])) to--;
    if (to - at === word.length && startsWith(bytes, at, word)) return true;
  }
  return false;
}

/** Whether a byte is white space, or part of a line end. */
function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === RETURN || byte === LINE_FEED;
}

/** Whether a lower-case word is at an offset, in either case. */
function startsWith(
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  word: Uint8Array<ArrayBuffer>,
): boolean {
  for (let i = 0; i < word.length; i++) {
    // Of the characters in the words, this changes letters only.
    if (((bytes[at + i] ?? 0) | 0x20) !== word[i]) return false;
  }
  return true;
}

/** Parses decimal digits with white space after them; -1 if there is anything else. */
function numberAt(bytes: Uint8Array<ArrayBuffer>, from: number, end: number): number {
  let value = 0;
  let at = from;
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < DIGIT_0 || byte > DIGIT_9) break;
    value = value * 10 + byte - DIGIT_0;
  }
  if (at === from || value > Number.MAX_SAFE_INTEGER) return -1;
  for (; at < end; at++) {
    if (bytes[at] !== SPACE && bytes[at] !== TAB) return -1;
  }
  return value;
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
