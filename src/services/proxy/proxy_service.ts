import type { Service } from "../../core/service.ts";
import { Board } from "../../upstream/board.ts";
import { Ledger } from "../../upstream/ledger.ts";
import type { BackendAccess, OptionValues, ServiceContext, ServiceHost } from "../service.ts";
import type { ProxyOptions } from "./options.ts";
import { serveTcp } from "./tcp.ts";
import { Upstream } from "./upstream.ts";

/** Makes the service of one lane. */
export async function createProxy(
  context: ServiceContext,
  options: ProxyOptions,
  host: ServiceHost,
): Promise<Service> {
  const upstreams = makeUpstreams(context, options, host.backends);
  context.draining.addEventListener("abort", () => upstreams.forEach((one) => one.stop()));
  if (options.protocol === "tcp") {
    return serveTcp(options.routes, upstreams);
  }
  const { serveHttpProxy } = await import("./http/http_proxy.ts");
  return await serveHttpProxy(upstreams, context, options, host);
}

/** The groups by name. */
function makeUpstreams(
  context: ServiceContext,
  { upstreams }: OptionValues<"upstreams">,
  access: BackendAccess | null,
): Map<string, Upstream> {
  if (access === null) throw new Error("Cannot balance: the lane was given no board");
  const board = new Board(access.board);
  const ledger = new Ledger(board, access.ledger);
  const made = new Map<string, Upstream>();
  for (const settings of upstreams) {
    const number = access.groups[settings.name];
    if (number === undefined) throw new Error(`The board has no group "${settings.name}"`);
    made.set(settings.name, new Upstream({ board, ledger, number, settings, context }));
  }
  return made;
}
