import type { Mode } from "./mode.ts";

/** One connection at a time; other clients wait, or are refused. */
export const single: Mode = {
  name: "single",
  help: "One connection at a time, on the main thread",
  plan: ({ maxConnectionsPerIp }) => ({
    place: "here",
    lanes: { min: 1, max: 1, spare: 0 },
    connections: 1,
    total: 1,
    perAddress: maxConnectionsPerIp,
    sharing: "shared",
  }),
};
