/**
 * Sends streams of requests, valid and corrupted, through a balancer, and compares what its backend
 * has parsed with what the server's own decoder finds in them.
 */
import { createHash } from "node:crypto";
import { isomorphic } from "../../src/http/codec/text.ts";
import { writeAll } from "../../src/base/write_text.ts";
import { HttpError } from "../../src/http/error.ts";
import type { Field } from "../../src/http/message.ts";
import { decode, type DecodedRequest } from "./decoding.ts";
import type { BackendKind } from "./http_backend.ts";
import type { ParsedRequest } from "./parsed_requests.ts";

/** The options of a balancer for the streams: limits as wide as the decoder's, no second tries. */
export const STREAM_OPTIONS = [
  ...["--accept-proxy", "--trusted-proxies", "127.0.0.1", "--max-connections-per-ip", "0"],
  ...["--max-header-size", "16kb", "--max-headers", "100", "--max-body-size", "1mb"],
  ...["--retries", "0", "--fail-limit", "1000000"],
];

/** How long a client waits for the end of its responses, in milliseconds. */
const PATIENCE = 20_000;

/**
 * Removed on the way, or written by the balancer itself. Some backends take an underscore for a
 * hyphen.
 */
const NOT_COMPARED =
  /^(host|connection|keep-alive|proxy-connection|te|trailer|transfer[-_]encoding|upgrade|content[-_]length|expect|via|forwarded|x[-_]forwarded.*|x[-_]request[-_]id|x[-_]real[-_]ip)$/;

/** The client address of a stream, by which its requests are told from those of others. */
export function addressOf(stream: number): string {
  return `10.${stream >> 16}.${(stream >> 8) & 255}.${stream & 255}`;
}

/**
 * Sends each stream on a connection of its own, as a client with an address of its own, which ends
 * it once it has as many responses as there are requests.
 *
 * @returns What each client has received; null for those that were not answered in time.
 */
export async function sendStreams(
  server: { port: number },
  streams: readonly Uint8Array[],
  atOnce = 16,
): Promise<readonly (string | null)[]> {
  const received: (string | null)[] = [];
  let next = 0;
  const run = async () => {
    while (next < streams.length) {
      const at = next++;
      received[at] = await send(server, addressOf(at), streams[at] ?? new Uint8Array());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  return received;
}

async function send(
  server: { port: number },
  address: string,
  stream: Uint8Array,
): Promise<string | null> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    conn.close();
  }, PATIENCE);
  try {
    const header = new TextEncoder().encode(`PROXY TCP4 ${address} 127.0.0.1 1024 80\r\n`);
    const all = new Uint8Array(header.length + stream.length);
    all.set(header);
    all.set(stream, header.length);
    await writeAll(conn, all);
    return await receive(conn, responsesTo(stream));
  } catch { // It was reset, unless it was late.
    return isLate ? null : "";
  } finally {
    clearTimeout(late);
    if (!isLate) conn.close();
  }
}

/** Receives so many final responses, then ends the connection, and receives the rest. */
async function receive(conn: Deno.TcpConn, responses: number): Promise<string> {
  const buffer = new Uint8Array(16 * 1024);
  let text = "";
  let hasEnded = false;
  for (;;) {
    if (!hasEnded && countResponses(text) >= responses) {
      // Earlier it would say that the client has left.
      await conn.closeWrite();
      hasEnded = true;
    }
    const count = await conn.read(buffer);
    if (count === null) return text;
    text += isomorphic(buffer, 0, count);
  }
}

/** How many final responses a stream is to get. */
function responsesTo(stream: Uint8Array): number {
  const { requests, ending } = decode(stream);
  const complete = served(requests).filter(({ isOver }) => isOver).length;
  const isClosed = requests.some(({ keepAlive, isOver }) => isOver && !keepAlive);
  return complete + (ending instanceof HttpError && !isClosed ? 1 : 0);
}

/** No backend here has such a line in its bodies. */
function countResponses(text: string): number {
  return text.match(/HTTP\/1\.1 [2-5]\d\d /g)?.length ?? 0;
}

/** The requests of a backend by stream, in their order. */
export function byStream(
  requests: readonly ParsedRequest[],
): ReadonlyMap<string, readonly ParsedRequest[]> {
  const found = new Map<string, ParsedRequest[]>();
  for (const request of requests) {
    const address = valuesOf(request.fields, "x-forwarded-for").join(", ");
    const list = found.get(address);
    if (list === undefined) found.set(address, [request]);
    else list.push(request);
  }
  return found;
}

/** What is asked of a backend for a stream. */
interface Expected extends DecodedRequest {
  /** In the form of a path, as sent to a backend. */
  readonly path: string;
}

/** The requests of a stream that the server's own decoder finds, up to the last that is served. */
export function requestsOf(stream: Uint8Array): readonly Expected[] {
  return served(decode(stream).requests)
    .map((request) => ({ ...request, path: pathOf(request) }));
}

/** Requests up to the one that ends the connection. */
function served(requests: readonly DecodedRequest[]): readonly DecodedRequest[] {
  const last = requests.findIndex(({ keepAlive }) => !keepAlive);
  return last === -1 ? requests : requests.slice(0, last + 1);
}

function pathOf({ method, target }: DecodedRequest): string {
  const [, path] = /^https?:\/\/[^/?]*(.*)$/i.exec(target) ?? [];
  if (path === undefined) return target;
  if (path === "") return method === "OPTIONS" ? "*" : "/";
  return path.startsWith("?") ? `/${path}` : path;
}

/**
 * Compares what a backend has parsed of a stream with what was in it.
 *
 * @returns What is wrong; null if nothing is. A backend may have refused requests that its own
 * rules forbid, and may have begun with one whose body did not end.
 */
export function objectionTo(
  parsed: readonly ParsedRequest[],
  expected: readonly Expected[],
  kind: BackendKind,
): string | null {
  let at = 0;
  // A client that waits to send a body that is refused cannot go on with its connection.
  const isEnd = (one: Expected) => refuses(one, kind) && one.expectsContinue;
  for (const request of parsed) {
    for (;; at++) {
      const one = expected[at];
      if (one === undefined) return `was not sent: ${JSON.stringify(request)}`;
      const difference = differenceOf(request, one, kind);
      if (difference === null) break;
      if (one.isOver && !refuses(one, kind)) return `${difference}: ${JSON.stringify(request)}`;
    }
    at++;
  }
  const end = expected.findIndex(isEnd);
  const missing = expected.slice(at, end === -1 ? undefined : end)
    .find((one) => one.isOver && !refuses(one, kind));
  return missing === undefined ? null : `is missing: ${JSON.stringify(missing)}`;
}

function differenceOf(
  request: ParsedRequest,
  expected: Expected,
  kind: BackendKind,
): string | null {
  const { method, target, body, fields } = request;
  // gunicorn tells methods in capitals only.
  const wanted = kind === "gunicorn" ? expected.method.toUpperCase() : expected.method;
  if (method !== wanted) return "another method";
  const isSame = target === expected.path || (target === "/" && expected.path === "*");
  if (!isSame) return "another target";
  const [host, ...others] = valuesOf(fields, "host");
  if (others.length > 0) return "more than one host";
  if (expected.host !== "" && host !== expected.host) return "another host";
  if (body === null) {
    // nginx does not say what it has received of a request that it refuses.
    return expected.isOver && kind !== "nginx" ? "a body without its end" : null;
  }
  if (!expected.isOver) return "an end of a body that has none";
  const sha256 = createHash("sha256").update(expected.body, "latin1").digest("hex");
  if (body.length !== expected.body.length || body.sha256 !== sha256) return "another body";
  return differingField(fields, expected, kind);
}

function differingField(
  fields: readonly Field[],
  expected: Expected,
  kind: BackendKind,
): string | null {
  const named = valuesOf(expected.fields, "connection").join(",").split(",")
    .map((option) => option.trim().toLowerCase());
  const names = new Set(
    [...fields, ...expected.fields].map(([name]) => name.toLowerCase())
      .filter((name) => !NOT_COMPARED.test(name) && isReported(name, kind)),
  );
  for (const name of names) {
    const wanted = named.includes(name) ? [] : valuesOf(expected.fields, name);
    const [mine, their] = [shown(wanted, kind), shown(valuesOf(fields, name), kind)];
    if (mine !== their) return `${name} is ${JSON.stringify(their)} instead of ${mine}`;
  }
  return null;
}

/** Fields that every backend tells of: nginx is asked for some only, and WSGI changes names. */
const ALWAYS_REPORTED: readonly string[] = ["accept", "user-agent", "x"];

function isReported(name: string, kind: BackendKind): boolean {
  return kind === "node" || kind === "sluice" || ALWAYS_REPORTED.includes(name);
}

function shown(values: readonly string[], kind: BackendKind): string {
  // nginx tells the first of several.
  return kind === "nginx" ? values[0] ?? "" : values.join(",");
}

function valuesOf(fields: readonly Field[], name: string): readonly string[] {
  return fields.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

/** Whether a backend refuses a request that is valid. */
function refuses({ method, path }: Expected, kind: BackendKind): boolean {
  switch (kind) {
    case "node":
      return !NODE_METHODS.has(method);
    case "gunicorn":
      return !/^[A-Z0-9$\-_.]{3,20}$/i.test(method);
    case "nginx":
      return method === "TRACE" || /[^A-Z_-]/.test(method) || !NGINX_PATH.test(path);
    case "sluice":
      return false;
  }
}

/** A path, in which a percent sign begins an escape, and a query. */
const NGINX_PATH = /^\/([^%?]|%[0-9a-f]{2})*(\?|$)/i;

/** As in `http.METHODS`, without those of other protocols. */
const NODE_METHODS: ReadonlySet<string> = new Set(
  ("ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY " +
    "MKCALENDAR MKCOL MOVE NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND " +
    "REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE").split(" "),
);

/** Whether all responses that a client has received were meant for it, by a field `X-Seen`. */
export function isOwn(text: string, address: string): boolean {
  return [...text.matchAll(/^x-seen: (.*?)\r$/gim)].every(([, seen]) => seen === address);
}
