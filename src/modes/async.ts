import type { Mode } from "./mode.ts";

/** Many connections on one event loop. */
export const async: Mode = {
  name: "async",
  help: "Many connections on one event loop, on the main thread",
  plan: ({ maxConnections, maxConnectionsPerIp }) => ({
    place: "here",
    lanes: { min: 1, max: 1, spare: 0 },
    connections: maxConnections,
    total: maxConnections,
    perAddress: maxConnectionsPerIp,
    sharing: "shared",
  }),
};
