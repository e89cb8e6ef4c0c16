import type { Mode } from "./mode.ts";

/** A fixed number of threads, each with an event loop and its own connections. */
export const pooled: Mode = {
  name: "pooled",
  help: "Many connections on the event loop of each of a pool of threads",
  plan: ({ maxConnectionsPerIp, maxConnections, workers }) => ({
    place: "thread",
    lanes: { min: workers, max: workers, spare: 0 },
    connections: maxConnections,
    total: maxConnections,
    perAddress: maxConnectionsPerIp,
    sharing: "shared",
  }),
};
