import type { Connection } from "../../core/connection.ts";
import type { DialedConnection } from "../../core/dialed_connection.ts";
import { ConnectionError } from "../../core/errors.ts";
import type { Forwarding } from "../../core/event.ts";
import { ForwardingNote } from "../../core/forwarding.ts";
import { proxyHeader } from "../../core/proxy_protocol/format.ts";
import { relay } from "../../core/relay.ts";
import type { Service } from "../../core/service.ts";
import type { Route } from "../../settings/balancer.ts";
import type { BoardRow } from "../../upstream/board_row.ts";
import { Router } from "./router.ts";
import type { Upstream } from "./upstream.ts";

/** Makes the service that passes on connections. */
export function serveTcp(
  routes: readonly Route[],
  upstreams: ReadonlyMap<string, Upstream>,
): Service {
  const router = new Router(routes.map(({ bind, group }) => [bind, group] as const));
  return (client) => {
    const upstream = upstreams.get(router.find(client.socketAddr) ?? "");
    if (upstream === undefined) throw noRoute(client);
    return forward(client, upstream);
  };
}

/** A connection to a backend, and the place that it takes there. */
interface Reached {
  readonly row: BoardRow;
  readonly connection: DialedConnection;
}

/** Passes all bytes between a client and a backend. */
async function forward(client: Connection, upstream: Upstream): Promise<void> {
  const { name: group, sendProxy } = upstream.settings;
  const note = new ForwardingNote(group);
  client.forwarding = note;
  const { row, connection } = await reach(client, upstream, note);
  let hasAnswered: boolean | null = null;
  try {
    if (sendProxy !== "none") await connection.write(proxyHeader(sendProxy, client));
    await relay(client, connection);
  } catch (error) {
    // A backend that ends a connection before it has sent a byte may be broken.
    if (isLoss(error) && connection.bytesIn === 0) hasAnswered = false;
    throw error;
  } finally {
    if (connection.bytesIn > 0) hasAnswered = true;
    await connection[Symbol.asyncDispose]();
    if (hasAnswered === true) upstream.succeeded(row);
    if (hasAnswered === false) upstream.failed(row);
    upstream.giveBack(row);
  }
}

/**
 * Connects to a backend for a client; if one cannot be reached, to another.
 *
 * @param note Is told what happens.
 * @throws {ConnectionError} If none can be reached; `note` says why, too.
 */
async function reach(client: Connection, upstream: Upstream, note: Forwarding): Promise<Reached> {
  upstream.begin();
  const key = keyOf(client);
  let tried: Set<BoardRow> | null = null;
  for (;;) {
    const row = await upstream.take(key, tried);
    const connection = await upstream.dial(row, note);
    if (!(connection instanceof Error)) return { row, connection };
    (tried ??= new Set()).add(row);
    if (!upstream.mayConnectToAnother(tried)) throw connection;
  }
}

function isLoss(error: unknown): boolean {
  return error instanceof ConnectionError && error.peer === "upstream" &&
    error.endedBy === "upstream";
}

function keyOf({ remoteAddr }: Connection): string {
  return remoteAddr.transport === "tcp" ? remoteAddr.hostname : "";
}

function noRoute({ socketAddr }: Connection): ConnectionError {
  const where = JSON.stringify(socketAddr);
  return new ConnectionError(`Cannot forward: no route leads from ${where}`, "server");
}
