/** What the rules about lanes ask of a status. */
import type { Status } from "../../status/status.ts";
import type { Readings } from "../readings.ts";

/** Milliseconds after which what happened is no longer news. */
export const RECENT = 10_000;

/** Lanes that serve. */
export function readyLanes({ lanes }: Status): number {
  return lanes.filter(({ state }) => state === "ready").length;
}

/** Milliseconds after which lanes that are still missing were retired by an operator. */
const LONGEST_RECOVERY = 60_000;

/** Whether lanes are missing of those that there should be, since some were lost a while ago. */
export function isRecovering(readings: Readings, lost: "crashed" | "hung"): boolean {
  const { now } = readings;
  return !isComplete(now) && now.totals[lost] > readings.ago(LONGEST_RECOVERY).totals[lost];
}

function isComplete(status: Status): boolean {
  const { limits, lanes, crash_loop } = status;
  if (crash_loop !== null || lanes.some(({ state }) => state === "starting")) return false;
  return readyLanes(status) >= Math.max(1, limits.min_lanes);
}
