import type { Field } from "../message.ts";
import { isBodiless, reasonPhrase } from "../status.ts";

/** Names that are the server's to write; a handler's are passed over (RFC 9110, 7.6.1; RFC 9112, 6). */
const OWN: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
]);
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** How a body is delimited. */
export type Delimiting =
  /** So many bytes. */
  | number
  | "chunked"
  /** It ends with the connection. */
  | "close"
  /** There is none, and nothing is said about it. */
  | "none";

/** What happens to the connection after an answer: what its client assumes, or has to be told. */
export type ConnectionOption = "" | "Connection: close\r\n" | "Connection: keep-alive\r\n";

const statusLines: string[] = [];
let dateSecond = 0;
let dateLine = "";

/**
 * The head of a response, a character for each byte, up to and including the
 * empty line (RFC 9112, 4 to 6).
 *
 * @throws {TypeError} If a field cannot be sent, as one with a line break cannot.
 */
export function responseHead(
  status: number,
  fields: readonly Field[],
  delimiting: Delimiting,
  connection: ConnectionOption,
): string {
  // An interim answer would leave the client waiting for another.
  if (status < 200) throw new TypeError(unusable(status));
  let head = statusLines[status] ?? statusLine(status);
  let hasDate = false;
  for (const [name, value] of fields) {
    if (!NAME.test(name) || !VALUE.test(value)) throw new TypeError(unsendable(name, value));
    // The length tells most of them apart from those below.
    const lower = name.length === 4 || name.length > 6 ? name.toLowerCase() : name;
    if (OWN.has(lower)) continue;
    if (lower === "date") hasDate = true;
    head += `${name}: ${value}\r\n`;
  }
  if (!hasDate) head += dateField();
  if (typeof delimiting === "number") head += `Content-Length: ${delimiting}\r\n`;
  else if (delimiting === "chunked") head += "Transfer-Encoding: chunked\r\n";
  return `${head}${connection}\r\n`;
}

/** The head of an answer by which the connection becomes another protocol's (RFC 9110, 7.8). */
export function upgradeHead(fields: readonly Field[]): string {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  return `${statusLine(101)}Connection: Upgrade\r\n${lines.join("")}\r\n`;
}

/** How an answer with a body of so many bytes, or of unknown length, is delimited. */
export function delimitingOf(
  status: number,
  length: number | null,
  request: { readonly method: string; readonly minor: number },
): Delimiting {
  if (isBodiless(status)) return "none";
  if (length !== null) return length;
  // The answer to HEAD may leave out what only a body would show.
  if (request.method === "HEAD") return "none";
  return request.minor === 1 ? "chunked" : "close";
}

/** Seconds since the epoch. */
export function currentSecond(): number {
  return Math.floor(Date.now() / 1000);
}

/** The Date field, with its line's end; made once a second. */
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
    throw new TypeError(unusable(status));
  }
  return statusLines[status] = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`;
}

function unusable(status: number): string {
  return `Cannot answer with status ${status}: expected a number from 200 to 999`;
}

function unsendable(name: string, value: string): string {
  return `Cannot send the field ${JSON.stringify(name)}: found ${
    JSON.stringify(value)
  }, expected a token and a text without line breaks`;
}
