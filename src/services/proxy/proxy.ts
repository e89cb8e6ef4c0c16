import { defineService } from "../service.ts";

/** Sends each client, or each of its requests, to one of several backends. */
export const proxy = defineService({
  name: "proxy",
  help: "balances TCP and HTTP: sends each client or request to a backend",
  port: 8080,
  options: [
    ...["protocol", "upstreams", "routes", "trustedProxies"] as const,
    ...["maxHeaderSize", "maxHeaders", "maxBodySize"] as const,
    ...["idleTimeout", "headerTimeout", "bodyTimeout"] as const,
    ...["keepAlive", "maxKeepAliveRequests", "accessLog", "accessLogFormat"] as const,
  ],
  refusal: null,
  shortestTimeout({ upstreams }) {
    const timeouts = upstreams.map((group) => group.connectTimeout).filter((one) => one > 0);
    return timeouts.length === 0 ? 0 : Math.min(...timeouts);
  },
  async create(context, options, { backends }) {
    // Only lanes that balance load the balancer.
    const { createProxy } = await import("./proxy_service.ts");
    return createProxy(context, options, backends);
  },
});
