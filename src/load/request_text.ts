/** Requests as bytes, built from their parts or read from a file. */
import { concat } from "../base/concat.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { quote } from "../settings/found.ts";
import { encodeLatin1 } from "./encode_latin1.ts";
import type { Message } from "./load.ts";
import { Random } from "./random.ts";

const REQUEST_LINE = /^[A-Z]+ \S+ HTTP\/1\.[01]$/;

/** A message from a file. */
export interface FileMessage extends Message {
  /** Whether it is an HTTP request. */
  readonly isHttp: boolean;
}

/**
 * An HTTP request without a body.
 *
 * @param line Such as `GET /`.
 * @param fields Header fields that follow `Host`, each as a line.
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

/** Pseudorandom bytes for a server to echo. */
export function echoMessage(length: number, seed: number): Message {
  return { base64: new Random(seed).bytes(length).toBase64(), weight: 1, bodiless: false };
}

/**
 * Makes a message from the bytes of a file. An HTTP request is completed: its lines may end with LF
 * only, and `Host` and `Content-Length` may be missing. Anything else is sent as it is.
 *
 * @param path The file, for errors.
 * @param host The value of `Host` if it is missing.
 * @throws {ExitError} 78 if the file is empty, or its `Content-Length` is not the body's length.
 */
export function messageOf(
  bytes: Uint8Array<ArrayBuffer>,
  path: string,
  host: string,
): FileMessage {
  if (bytes.length === 0) throw refuse(path, "it is empty");
  const { head: [line = "", ...fields], body } = split(bytes);
  if (!REQUEST_LINE.test(line)) {
    return { base64: bytes.toBase64(), weight: 1, bodiless: false, isHttp: false };
  }
  const find = (name: string) => fields.find((field) => field.toLowerCase().startsWith(`${name}:`));
  const announced = find("content-length");
  if (announced !== undefined) {
    const length = announced.slice(announced.indexOf(":") + 1).trim();
    if (length !== String(body.length)) {
      throw refuse(
        path,
        `found Content-Length ${quote(length)} and a body of ${body.length} bytes`,
      );
    }
  }
  if (find("host") === undefined) fields.unshift(`Host: ${host}`);
  const isFramed = announced !== undefined || find("transfer-encoding") !== undefined;
  if (body.length > 0 && !isFramed) fields.push(`Content-Length: ${body.length}`);
  const head = encodeLatin1(`${[line, ...fields].join("\r\n")}\r\n\r\n`);
  return {
    base64: concat(head, body).toBase64(),
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
    const line = Array.from(bytes.subarray(from, end), (byte) => String.fromCharCode(byte)).join("")
      .replace(/\r$/, "");
    from = end + 1;
    if (line === "") return { head, body: bytes.subarray(from) };
    head.push(line);
  }
  return { head, body: new Uint8Array(0) };
}

function refuse(path: string, found: string): ExitError {
  return new ExitError(
    `Cannot use the request ${quote(path)}: ${found}, expected a request in HTTP or in the ` +
      "handler's protocol",
    EXIT.config,
  );
}
