import { assertEquals } from "@std/assert";
import { Client } from "./client.ts";

/** A response, as received. */
export interface ReceivedResponse {
  readonly version: string;
  readonly status: number;
  /** Names in lower case; the values of one name are joined. */
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
  /** Those of a chunked body, as `fields`. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** Formats an HTTP/1.1 request; a body without Transfer-Encoding gets a Content-Length. */
export function requestText(
  method: string,
  target: string,
  fields: Readonly<Record<string, string | number>> = {},
  body = "",
): string {
  const all: Record<string, string | number> = { Host: "localhost", ...fields };
  if (body !== "" && !("Transfer-Encoding" in fields)) all["Content-Length"] = body.length;
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

/** Encodes pieces as chunks, including the last chunk. */
export function chunked(...pieces: readonly string[]): string {
  return `${pieces.map(chunk).join("")}0\r\n\r\n`;
}

/** Encodes a piece as a chunk. */
export function chunk(piece: string): string {
  return `${piece.length.toString(16)}\r\n${piece}\r\n`;
}

/**
 * Receives one response, which may be an interim one.
 *
 * @param method The request's method: a response to HEAD has no body.
 */
export async function receiveResponse(client: Client, method = "GET"): Promise<ReceivedResponse> {
  const head = await client.receiveUntil("\r\n\r\n");
  const [line = "", ...lines] = head.split("\r\n").slice(0, -2);
  const [, version, status] = /^(HTTP\/1\.1) (\d{3}) /.exec(line) ?? [];
  if (version === undefined) throw new Error(`Expected a response, found ${JSON.stringify(head)}`);
  const response = { version, status: Number(status), fields: fieldsOf(lines) };
  const hasNoBody = method === "HEAD" || response.status < 200 || response.status === 204 ||
    response.status === 304;
  if (hasNoBody) return { ...response, body: "", trailers: {} };
  return { ...response, ...await receiveBody(client, response.fields) };
}

function fieldsOf(lines: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of lines) {
    const [, name = "", value = ""] = /^(\S+): (.*)$/.exec(line) ?? [];
    const key = name.toLowerCase();
    fields[key] = key in fields ? `${fields[key]}, ${value}` : value;
  }
  return fields;
}

/** Sends a request, and receives the response. */
export async function ask(
  client: Client,
  ...request: Parameters<typeof requestText>
): Promise<ReceivedResponse> {
  await client.send(requestText(...request));
  return await receiveResponse(client, request[0]);
}

/** Like {@linkcode ask}, on a new connection: some servers serve one client at a time. */
export async function askAlone(
  server: { port: number },
  ...request: Parameters<typeof requestText>
): Promise<ReceivedResponse> {
  using client = await Client.connect(server);
  return await ask(client, ...request);
}

/** Receives the last response, which must say so; then the connection must end. */
export async function receiveLastResponse(
  client: Client,
  method = "GET",
): Promise<ReceivedResponse> {
  const response = await receiveResponse(client, method);
  assertEquals(response.fields["connection"], "close");
  assertEquals(await client.receiveAll(), "");
  return response;
}

async function receiveBody(
  client: Client,
  fields: ReceivedResponse["fields"],
): Promise<Pick<ReceivedResponse, "body" | "trailers">> {
  if (fields["transfer-encoding"] === "chunked") return await receiveChunks(client);
  const length = fields["content-length"];
  const body = length === undefined
    ? await client.receiveAll()
    : await client.receiveText(Number(length));
  return { body, trailers: {} };
}

async function receiveChunks(
  client: Client,
): Promise<Pick<ReceivedResponse, "body" | "trailers">> {
  let body = "";
  for (;;) {
    const size = parseInt(await client.receiveUntil("\r\n"), 16);
    if (size === 0) return { body, trailers: await receiveTrailers(client) };
    const chunk = await client.receiveText(size + 2);
    if (!chunk.endsWith("\r\n")) throw new Error("A chunk is truncated");
    body += chunk.slice(0, -2);
  }
}

async function receiveTrailers(client: Client): Promise<Record<string, string>> {
  const lines: string[] = [];
  for (;;) {
    const line = await client.receiveUntil("\r\n");
    if (!line.endsWith("\r\n")) throw new Error("The trailers are truncated");
    if (line === "\r\n") return fieldsOf(lines);
    lines.push(line.slice(0, -2));
  }
}
