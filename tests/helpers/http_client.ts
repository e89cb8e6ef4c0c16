import { assertEquals } from "@std/assert";
import { Client } from "./client.ts";

/** An answer, as it came over the wire. */
export interface Answer {
  readonly version: string;
  readonly status: number;
  /** Names in lower case; the values of one name are joined. */
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The text of a request in HTTP/1.1; a body goes with its length where no coding is given. */
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

/** Pieces in the chunked coding, to the end of the message. */
export function chunked(...pieces: readonly string[]): string {
  return [...pieces, ""].map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join("");
}

/**
 * Receives one answer, an interim one, too.
 *
 * @param method Of the request: HEAD is answered without a body.
 */
export async function receiveAnswer(client: Client, method = "GET"): Promise<Answer> {
  const head = await client.receiveUntil("\r\n\r\n");
  const [line = "", ...lines] = head.split("\r\n").slice(0, -2);
  const [, version, status] = /^(HTTP\/1\.1) (\d{3}) /.exec(line) ?? [];
  if (version === undefined) throw new Error(`Wanted an answer, found ${JSON.stringify(head)}`);
  const fields: Record<string, string> = {};
  for (const line of lines) {
    const [, name = "", value = ""] = /^(\S+): (.*)$/.exec(line) ?? [];
    const key = name.toLowerCase();
    fields[key] = key in fields ? `${fields[key]}, ${value}` : value;
  }
  const answer = { version, status: Number(status), fields };
  const hasNoBody = method === "HEAD" || answer.status < 200 || answer.status === 204 ||
    answer.status === 304;
  return { ...answer, body: hasNoBody ? "" : await receiveBody(client, fields) };
}

/** Sends a request, and receives its answer. */
export async function ask(
  client: Client,
  ...request: Parameters<typeof requestText>
): Promise<Answer> {
  await client.send(requestText(...request));
  return await receiveAnswer(client, request[0]);
}

/** Asks on a connection of its own, as where one client is served at a time. */
export async function askAlone(
  server: { port: number },
  ...request: Parameters<typeof requestText>
): Promise<Answer> {
  using client = await Client.connect(server);
  return await ask(client, ...request);
}

/** Receives the last answer: one that says so, and is followed by the end. */
export async function receiveLastAnswer(client: Client, method = "GET"): Promise<Answer> {
  const answer = await receiveAnswer(client, method);
  assertEquals(answer.fields["connection"], "close");
  assertEquals(await client.receiveAll(), "");
  return answer;
}

async function receiveBody(client: Client, fields: Answer["fields"]): Promise<string> {
  if (fields["transfer-encoding"] === "chunked") return await receiveChunks(client);
  const length = fields["content-length"];
  if (length === undefined) return await client.receiveAll();
  return await client.receiveText(Number(length));
}

async function receiveChunks(client: Client): Promise<string> {
  let body = "";
  for (;;) {
    const size = parseInt(await client.receiveUntil("\r\n"), 16);
    const chunk = await client.receiveText(size + 2);
    if (!chunk.endsWith("\r\n")) throw new Error("A chunk is cut off");
    if (size === 0) return body;
    body += chunk.slice(0, -2);
  }
}
