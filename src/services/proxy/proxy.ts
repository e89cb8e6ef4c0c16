import { defineService } from "../service.ts";

/** Sends each client to one of several backends, and passes bytes both ways. */
export const proxy = defineService({
  name: "proxy",
  help: "sends each client to a backend: a balancer for TCP",
  port: 8080,
  options: ["upstreams", "routes"],
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
