import type { Mode } from "./mode.ts";

/** A thread for each connection: as many as needed, plus spare ones started ahead. */
export const threaded: Mode = {
  name: "threaded",
  help: "A thread for each connection, one connection after another",
  plan: ({ maxConnectionsPerIp, maxConnections, minThreads, maxThreads, spareThreads }) => ({
    place: "thread",
    // If only --max-threads is given, it may be below the default of --min-threads.
    lanes: { min: Math.min(minThreads, maxThreads), max: maxThreads, spare: spareThreads },
    connections: 1,
    total: maxConnections,
    perAddress: maxConnectionsPerIp,
    sharing: "shared",
  }),
};
