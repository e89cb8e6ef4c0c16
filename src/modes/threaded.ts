import type { Mode } from "./mode.ts";

/** A thread a connection: elastic, with spares that are ready before they are needed. */
export const threaded: Mode = {
  name: "threaded",
  help: "A thread for each connection, one connection after another",
  plan: ({ maxConnectionsPerIp, maxConnections, minThreads, maxThreads, spareThreads }) => ({
    place: "thread",
    // A default of the one yields to what was asked of the other.
    lanes: { min: Math.min(minThreads, maxThreads), max: maxThreads, spare: spareThreads },
    connections: 1,
    total: maxConnections,
    perAddress: maxConnectionsPerIp,
    sharing: "shared",
  }),
};
