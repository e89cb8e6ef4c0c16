import type { Rule } from "../rule.ts";
import { readyLanes } from "./lanes.ts";

/** Milliseconds in which a worker that was lost is usually replaced. */
const REPLACED = 3000;

/** A server that serves nobody. */
export const noLaneReady: Rule = {
  name: "no_worker_ready",
  resolved: "Workers serve again",
  holdFor: () => REPLACED,
  find({ now }) {
    const isStopping = now.state !== "serving" ||
      now.lanes.some(({ state }) => state === "draining");
    if (isStopping || readyLanes(now) > 0) return [];
    return [{
      key: "no_worker_ready",
      severity: "critical",
      summary: "No worker is ready, clients are not served",
      labels: {},
    }];
  },
};
