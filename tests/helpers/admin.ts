/** Clients of the admin port. */
import { Client } from "./client.ts";
import { ask, askAlone, type ReceivedResponse, requestText } from "./http_client.ts";
import type { Server } from "./server.ts";

/** The arguments of a server with an admin port that the system picks. */
export const ADMIN = ["--admin", "127.0.0.1:0"] as const;

/** The TCP port of the admin port, from the record of the start. */
export function adminOf(server: Server): { readonly port: number } {
  const [record] = server.records((line) => "sluice.admin" in line);
  const address = String(record?.["sluice.admin"] ?? "");
  return { port: Number(address.slice(address.lastIndexOf(":") + 1)) };
}

/** Sends a GET; returns the status and the JSON of the response. */
export async function adminGet(
  server: Server,
  path: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<AdminAnswer> {
  return answerOf(await askAlone(adminOf(server), "GET", path, fields));
}

/** Sends a POST with JSON; returns the status and the JSON of the response. */
export async function adminPost(
  server: Server,
  path: string,
  body?: unknown,
): Promise<AdminAnswer> {
  return answerOf(await askAlone(adminOf(server), ...post(path, body)));
}

/** The same at a Unix socket. */
export async function askUnix(
  path: string,
  ...request: Parameters<typeof requestText>
): Promise<AdminAnswer> {
  const conn = await Deno.connect({ transport: "unix", path });
  using client = new Client(conn as unknown as Deno.TcpConn);
  return answerOf(await ask(client, ...request));
}

/** The parts of a POST with JSON, or without a body. */
export function post(path: string, body?: unknown): Parameters<typeof requestText> {
  if (body === undefined) return ["POST", path, { "Content-Length": 0 }];
  return ["POST", path, { "Content-Type": "application/json" }, JSON.stringify(body)];
}

/** A response with JSON. */
export interface AdminAnswer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any
  readonly json: any;
}

function answerOf({ status, body }: ReceivedResponse): AdminAnswer {
  return { status, json: JSON.parse(body) };
}
