/** Requests as bytes: made from their parts, or taken from a file. */
import { EXIT, ExitError } from "../base/exit.ts";
import { quote } from "../settings/found.ts";
import type { Message } from "./load.ts";
import { Random } from "./random.ts";

const REQUEST_LINE = /^[A-Z]+ \S+ HTTP\/1\.[01]$/;

/** A message that was in a file. */
export interface FileMessage extends Message {
  /** Whether it is a request of HTTP. */
  readonly isHttp: boolean;
}

/**
 * A request without a body.
 *
 * @param line Such as `GET /`.
 * @param fields Header fields after the first, `Host`; each with its name.
 */
export function httpMessage(
  line: string,
  host: string,
  weight: number,
  fields: readonly string[] = [],
): Message {
  const head = [`${line} HTTP/1.1`, `Host: ${host}`, ...fields].join("\r\n");
  return {
    base64: new TextEncoder().encode(`${head}\r\n\r\n`).toBase64(),
    weight,
    bodiless: line.startsWith("HEAD "),
  };
}

/** So many bytes that look like chance, to be sent back. */
export function echoMessage(length: number, seed: number): Message {
  return { base64: new Random(seed).bytes(length).toBase64(), weight: 1, bodiless: false };
}

/**
 * Takes a message out of the bytes of a file. What begins as a request of HTTP
 * does is completed as one: lines may end without a carriage return, `Host` and
 * `Content-Length` may be missing. Any other is sent as it is.
 *
 * @param path Of the file, for people.
 * @param host For the field `Host`, where it is missing.
 * @throws {ExitError} 78 when the file is empty, or its `Content-Length` is not that of its body.
 */
export function messageOf(
  bytes: Uint8Array<ArrayBuffer>,
  path: string,
  host: string,
): FileMessage {
  if (bytes.length === 0) throw wrong(path, "it is empty");
  const { head, body } = split(bytes);
  const [line = "", ...fields] = head;
  if (!REQUEST_LINE.test(line)) {
    return { base64: bytes.toBase64(), weight: 1, bodiless: false, isHttp: false };
  }
  const find = (name: string) => fields.find((field) => field.toLowerCase().startsWith(`${name}:`));
  const announced = find("content-length");
  if (announced !== undefined) {
    const length = announced.slice(announced.indexOf(":") + 1).trim();
    if (length !== String(body.length)) {
      throw wrong(path, `found Content-Length ${quote(length)} and a body of ${body.length} bytes`);
    }
  }
  if (find("host") === undefined) fields.unshift(`Host: ${host}`);
  const isMeasured = announced !== undefined || find("transfer-encoding") !== undefined;
  if (body.length > 0 && !isMeasured) fields.push(`Content-Length: ${body.length}`);
  const text = `${[line, ...fields].join("\r\n")}\r\n\r\n`;
  const start = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const whole = new Uint8Array(start.length + body.length);
  whole.set(start);
  whole.set(body, start.length);
  return {
    base64: whole.toBase64(),
    weight: 1,
    bodiless: line.startsWith("HEAD "),
    isHttp: true,
  };
}

/** The lines before the first empty one, as Latin-1, and the bytes after it. */
function split(
  bytes: Uint8Array<ArrayBuffer>,
): { head: string[]; body: Uint8Array<ArrayBuffer> } {
  const head: string[] = [];
  for (let from = 0; from < bytes.length;) {
    const at = bytes.indexOf(10, from);
    const end = at === -1 ? bytes.length : at;
    const line = latin1(bytes.subarray(from, end)).replace(/\r$/, "");
    from = end + 1;
    if (line === "") return { head, body: bytes.subarray(from) };
    head.push(line);
  }
  return { head, body: new Uint8Array(0) };
}

function latin1(bytes: Uint8Array<ArrayBuffer>): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function wrong(path: string, found: string): ExitError {
  return new ExitError(
    `Cannot use the request ${
      quote(path)
    }: ${found}, expected a request of HTTP or of the handler's protocol`,
    EXIT.config,
  );
}
