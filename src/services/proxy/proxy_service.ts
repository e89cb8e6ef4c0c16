import type { Connection } from "../../core/connection.ts";
import { ConnectionError } from "../../core/errors.ts";
import type { Forwarding } from "../../core/event.ts";
import { proxyHeader } from "../../core/proxy_protocol/format.ts";
import { relay } from "../../core/relay.ts";
import type { Service } from "../../core/service.ts";
import { Board } from "../../upstream/board.ts";
import { Ledger } from "../../upstream/ledger.ts";
import type { BackendAccess, OptionValues, ServiceContext } from "../service.ts";
import { Router } from "./router.ts";
import { Upstream } from "./upstream.ts";

/** Makes the service of one lane. */
export function createProxy(
  context: ServiceContext,
  { upstreams, routes }: OptionValues<"upstreams" | "routes">,
  access: BackendAccess | null,
): Service {
  if (access === null) throw new Error("Cannot balance: the lane was given no board");
  const board = new Board(access.board);
  const ledger = new Ledger(board, access.ledger);
  const groups = new Map<string, Upstream>();
  for (const settings of upstreams) {
    const number = access.groups[settings.name];
    if (number === undefined) throw new Error(`The board has no group "${settings.name}"`);
    groups.set(settings.name, new Upstream({ board, ledger, number, settings, context }));
  }
  const router = new Router(routes);
  context.draining.addEventListener("abort", () => groups.forEach((one) => one.stop()));
  return (client) => {
    const upstream = groups.get(router.groupFor(client.socketAddr) ?? "");
    if (upstream === undefined) throw noRoute(client);
    return forward(client, upstream);
  };
}

/** Passes all bytes between a client and a backend. */
async function forward(client: Connection, upstream: Upstream): Promise<void> {
  const { name: group, sendProxy } = upstream.settings;
  const note: Forwarding = {
    ...{ group, address: null, attempts: 0, connectTime: null },
    ...{ firstByteTime: null, totalTime: null, failure: null },
  };
  client.forwarding = note;
  const reached = await upstream.reach(client, note);
  const { connection } = reached;
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
    upstream.release(reached, hasAnswered);
  }
}

function isLoss(error: unknown): boolean {
  return error instanceof ConnectionError && error.peer === "upstream" &&
    error.endedBy === "upstream";
}

function noRoute({ socketAddr }: Connection): ConnectionError {
  const where = JSON.stringify(socketAddr);
  return new ConnectionError(`Cannot forward: no route leads from ${where}`, "server");
}
