import { shortest } from "../../base/timeouts.ts";
import { HTTP_REFUSAL } from "../http/refusal.ts";
import { defineService } from "../service.ts";
import { PROXY_SERVICE_OPTIONS, type ProxyOptions } from "./options.ts";

/** Sends each client, or each of its requests, to one of several backends. */
export const proxy = defineService({
  name: "proxy",
  help: "balances TCP and HTTP: sends each client or request to a backend",
  port: 8080,
  options: PROXY_SERVICE_OPTIONS,
  refusal: null,
  refusalWith: ({ protocol }) => protocol === "http" ? HTTP_REFUSAL : null,
  shortestTimeout(options) {
    const { protocol, upstreams } = options;
    return shortest([
      ...upstreams.map((group) => group.connectTimeout),
      ...protocol === "http" ? timeoutsOfHttp(options) : [],
    ]);
  },
  async create(context, options, host) {
    // Only lanes that balance load the balancer.
    const { createProxy } = await import("./proxy_service.ts");
    return await createProxy(context, options, host);
  },
});

/** In milliseconds; 0 for one that is off. */
function timeoutsOfHttp(
  { upstreams, routes, headerTimeout, bodyTimeout, keepAlive }: ProxyOptions,
): number[] {
  const ofBackends = [...upstreams, ...routes].flatMap(({ http: { timeouts } }) => [
    timeouts.head ?? 0,
    timeouts.idle ?? 0,
    timeouts.total ?? 0,
  ]);
  const kept = upstreams.map(({ http }) => http.keepAlive);
  return [headerTimeout, bodyTimeout, keepAlive, ...ofBackends, ...kept];
}
