import type { Field } from "../message.ts";
import { isBodiless, reasonPhrase } from "../status.ts";

/** Fields that only the server writes; a handler's are dropped (RFC 9110, 7.6.1; RFC 9112, 6). */
const OWN: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
]);
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What marks the end of a response body (RFC 9112, 6.3). */
export type BodyLength =
  /** A Content-Length, in bytes. */
  | number
  | "chunked"
  /** The end of the connection. */
  | "close"
  /** There is no body, and no field about it. */
  | "none";

/** The Connection field of a response; empty if the connection persists by default. */
export type ConnectionOption = "" | "Connection: close\r\n" | "Connection: keep-alive\r\n";

const statusLines: string[] = [];
let dateSecond = 0;
let dateLine = "";

/**
 * Formats the head of a response, including the empty line, with one character per
 * byte (RFC 9112, 4 to 6).
 *
 * @throws {TypeError} If the status or a field is invalid, such as a value with a line break.
 */
export function responseHead(
  status: number,
  fields: readonly Field[],
  bodyLength: BodyLength,
  connection: ConnectionOption,
): string {
  // After an interim response the client would wait for another.
  if (status < 200) throw new TypeError(invalidStatus(status));
  let head = statusLines[status] ?? statusLine(status);
  let hasDate = false;
  for (const [name, value] of fields) {
    if (!NAME.test(name) || !VALUE.test(value)) throw new TypeError(invalidField(name, value));
    // Most names are ruled out by their length, which saves a conversion.
    const lower = name.length === 4 || name.length > 6 ? name.toLowerCase() : name;
    if (OWN.has(lower)) continue;
    if (lower === "date") hasDate = true;
    head += `${name}: ${value}\r\n`;
  }
  if (!hasDate) head += dateField();
  if (typeof bodyLength === "number") head += `Content-Length: ${bodyLength}\r\n`;
  else if (bodyLength === "chunked") head += "Transfer-Encoding: chunked\r\n";
  return `${head}${connection}\r\n`;
}

/** Formats the head of a 101, after which the connection speaks another protocol (RFC 9110, 7.8). */
export function upgradeHead(fields: readonly Field[]): string {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  return `${statusLine(101)}Connection: Upgrade\r\n${lines.join("")}\r\n`;
}

/**
 * Chooses how to mark the end of a response body (RFC 9112, 6.3).
 *
 * @param length In bytes; null if it is unknown.
 */
export function bodyLengthOf(
  status: number,
  length: number | null,
  request: { readonly method: string; readonly minor: number },
): BodyLength {
  if (isBodiless(status)) return "none";
  if (length !== null) return length;
  // A response to HEAD may omit a length that only generating the body would reveal.
  if (request.method === "HEAD") return "none";
  return request.minor === 1 ? "chunked" : "close";
}

/** Whole seconds since the epoch. */
export function currentSecond(): number {
  return Math.floor(Date.now() / 1000);
}

/** The Date field line, formatted once a second. */
function dateField(): string {
  const second = currentSecond();
  if (second !== dateSecond) {
    dateSecond = second;
    dateLine = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
  }
  return dateLine;
}

function statusLine(status: number): string {
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw new TypeError(invalidStatus(status));
  }
  return statusLines[status] = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`;
}

function invalidStatus(status: number): string {
  return `Cannot send a response with status ${status}: expected an integer from 200 to 999`;
}

function invalidField(name: string, value: string): string {
  return `Cannot send the header field ${JSON.stringify(name)}: found ${
    JSON.stringify(value)
  }, expected a token as its name and no control characters in its value`;
}
