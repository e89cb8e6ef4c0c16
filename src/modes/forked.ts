import type { Mode } from "./mode.ts";

/** A fixed number of processes, each with an event loop. They share no memory, so each gets a part of the limits. */
export const forked: Mode = {
  name: "forked",
  help: "Many connections on the event loop of each of a pool of processes",
  plan: ({ maxConnectionsPerIp, maxConnections, workers }) => {
    const part = (limit: number) => Math.max(1, Math.floor(limit / workers));
    return {
      place: "process",
      lanes: { min: workers, max: workers, spare: 0 },
      connections: part(maxConnections),
      total: part(maxConnections),
      perAddress: maxConnectionsPerIp === 0 ? 0 : part(maxConnectionsPerIp),
      sharing: "reusePort",
    };
  },
};
