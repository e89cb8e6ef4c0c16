import type { Connection } from "../core/connection.ts";
import { IncompleteReadError, LimitExceededError, PeerError } from "../core/errors.ts";
import type { ServiceDefinition } from "../core/service.ts";

/** The most bytes of a request's head. */
const HEAD_LIMIT = 16 * 1024;
/** The most bytes of a body that are skipped to keep a connection. */
const BODY_LIMIT = 1024 * 1024;
const HEAD_END = new Uint8Array([13, 10, 13, 10]);
const decoder = new TextDecoder("latin1");

/** HTTP/1.1: `GET /` answers `Hello, World!`, with keep-alive (RFC 9112, 9.3). */
export const http: ServiceDefinition = {
  name: "http",
  help: "HTTP/1.1: `GET /` answers `Hello, World!`",
  port: 8000,
  refusal: response({ status: "503 Service Unavailable", fields: ["Retry-After: 1"], close: true }),
  create: () => serve,
};

async function serve(connection: Connection): Promise<void> {
  for (;;) {
    const head = await readHead(connection);
    if (head === null) return;
    const request = parse(head);
    await skipBody(connection, request.length);
    const close = request.close || connection.retiring.aborted;
    connection.beginRequest();
    await connection.write(answer(request, close));
    if (close) return;
  }
}

async function readHead(connection: Connection): Promise<string | null> {
  try {
    const head = await connection.readUntil(HEAD_END, HEAD_LIMIT);
    return head === null ? null : decoder.decode(head);
  } catch (error) {
    if (error instanceof LimitExceededError) {
      throw refuse("431 Request Header Fields Too Large", `head above ${HEAD_LIMIT} bytes`);
    }
    throw error;
  }
}

interface Request {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** Bytes of the body. */
  readonly length: number;
  readonly close: boolean;
}

const REQUEST_LINE = /^([!#$%&'*+.^_`|~\w-]+) ([!-~]+) HTTP\/(\d\.\d)$/;
const FIELD_LINE = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\n\0]*?)[ \t]*$/;

function parse(head: string): Request {
  const [first = "", ...lines] = head.slice(0, -4).split("\r\n");
  const line = REQUEST_LINE.exec(first);
  if (line === null) throw refuse("400 Bad Request", "the request line is malformed");
  const [, method = "", target = "", version = ""] = line;
  if (version !== "1.1" && version !== "1.0") {
    throw refuse("505 HTTP Version Not Supported", `version ${version}`);
  }
  const fields = new Map<string, string>();
  for (const text of lines) {
    const field = FIELD_LINE.exec(text);
    if (field === null) throw refuse("400 Bad Request", "a field line is malformed");
    const [, name = "", value = ""] = field;
    const key = name.toLowerCase();
    if (fields.has(key) && (key === "host" || key === "content-length")) {
      throw refuse("400 Bad Request", `more than one ${key} field`);
    }
    fields.set(key, fields.has(key) ? `${fields.get(key)}, ${value}` : value);
  }
  if (version === "1.1" && !fields.has("host")) throw refuse("400 Bad Request", "no Host field");
  if (fields.has("transfer-encoding")) throw refuse("501 Not Implemented", "a transfer coding");
  const length = fields.get("content-length") ?? "0";
  if (!/^\d{1,15}$/.test(length)) throw refuse("400 Bad Request", "Content-Length is malformed");
  const options = (fields.get("connection") ?? "").toLowerCase().split(",").map((o) => o.trim());
  const keep = version === "1.1" || options.includes("keep-alive");
  const close = !keep || options.includes("close");
  return { method, target, version, length: Number(length), close };
}

async function skipBody(connection: Connection, length: number): Promise<void> {
  if (length > BODY_LIMIT) throw refuse("413 Content Too Large", `body above ${BODY_LIMIT} bytes`);
  for (let rest = length; rest > 0;) {
    const part = await connection.readExactly(Math.min(rest, 4096));
    if (part === null) throw new IncompleteReadError(new Uint8Array(0));
    rest -= part.length;
  }
}

function answer(request: Request, close: boolean): string {
  const { method, target, version } = request;
  const isHead = method === "HEAD";
  const keep = version === "1.0" && !close;
  if (target !== "/" && !target.startsWith("/?")) {
    return response({ status: "404 Not Found", isHead, close, keep });
  }
  if (method !== "GET" && !isHead) {
    return response({
      status: "405 Method Not Allowed",
      fields: ["Allow: GET, HEAD"],
      close,
      keep,
    });
  }
  return response({ status: "200 OK", body: "Hello, World!", isHead, close, keep });
}

function refuse(status: string, reason: string): PeerError {
  return new PeerError(`Cannot answer the request: ${reason}`, response({ status, close: true }));
}

interface ResponseParts {
  readonly status: string;
  readonly fields?: readonly string[];
  /** The body; without one the status is it. */
  readonly body?: string;
  readonly isHead?: boolean;
  readonly close?: boolean;
  /** Whether HTTP/1.0 must be told that the connection stays. */
  readonly keep?: boolean;
}

function response(parts: ResponseParts): string {
  const body = parts.body ?? `${parts.status}\n`;
  const lines = [
    `HTTP/1.1 ${parts.status}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${body.length}`,
    ...parts.fields ?? [],
    ...parts.close ? ["Connection: close"] : [],
    ...parts.keep ? ["Connection: keep-alive"] : [],
  ];
  return `${lines.join("\r\n")}\r\n\r\n${parts.isHead ? "" : body}`;
}
