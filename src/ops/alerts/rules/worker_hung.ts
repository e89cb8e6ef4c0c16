import type { Rule } from "../rule.ts";
import { isRecovering, RECENT } from "./lanes.ts";

const KEY = "worker_hung";

/** Workers whose event loop no longer turns; over once others serve in their place. */
export const workerHung: Rule = {
  name: KEY,
  resolved: "All workers serve again; a thread that hangs keeps a processor busy until a restart",
  find(readings, _bounds, wasFound) {
    const { now } = readings;
    const { hung } = now.totals;
    const before = readings.ago(RECENT).totals.hung;
    if (hung <= before && !(wasFound(KEY) && isRecovering(readings, "hung"))) return [];
    const lane = now.lanes.findLast(({ state }) => state === "hung");
    const rest = lane?.place === "thread"
      ? ": its thread cannot be ended and keeps a processor busy until the server restarts"
      : "";
    return [{
      key: KEY,
      severity: "critical",
      summary: `A worker hangs, and another one is started${rest}`,
      labels: lane === undefined ? {} : { worker: String(lane.lane) },
      events: { now: hung, before },
    }];
  },
};
