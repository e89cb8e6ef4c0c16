import type { Rule } from "../rule.ts";
import { isRecovering, RECENT } from "./lanes.ts";

const KEY = "worker_crashed";

/** Workers that end with an error; over once all serve again. */
export const workerCrashed: Rule = {
  name: KEY,
  resolved: "All workers serve again",
  find(readings, _bounds, wasFound) {
    const { now } = readings;
    const { crashed } = now.totals;
    const before = readings.ago(RECENT).totals.crashed;
    if (crashed <= before && !(wasFound(KEY) && isRecovering(readings, "crashed"))) return [];
    return [{
      key: KEY,
      severity: "warning",
      summary: "A worker has crashed, and another one is started",
      labels: {},
      events: { now: crashed, before },
    }];
  },
};
