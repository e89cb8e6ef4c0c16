import { clock } from "../base/clock.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { formatDuration } from "../settings/units.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** Silence after which the event loop of a starting lane is blocked, in milliseconds. */
const BLOCKED_AFTER = 500;

/** Why a lane is not ready in time. */
export type Delay =
  /** It has not begun to load its service. */
  | "unbegun"
  /** It waits for something. */
  | "waiting"
  /** Its event loop does not run: it computes, or loops forever. */
  | "blocked";

/**
 * Why a starting lane is not ready, judged by its heartbeats: it sends them from the
 * moment in which it begins to load its service.
 *
 * @param interval Milliseconds between two heartbeats of a ready lane.
 */
export function delayOf(
  { row, generation, heartbeat }: SupervisedLane,
  interval: number,
): Delay {
  const { place } = generation.plan;
  // Nothing on this thread runs while it is blocked.
  if (place === "here") return "waiting";
  if (!heartbeat.hasBegun) return "unbegun";
  // The event loop of a process passes its heartbeats on, at the interval of a ready lane.
  const patience = place === "process" ? BLOCKED_AFTER + 2 * interval : BLOCKED_AFTER;
  return clock() - row.get("heartbeat") > patience ? "blocked" : "waiting";
}

const CAUSES: Readonly<Record<Delay, string>> = {
  unbegun: "",
  waiting:
    ", the handler waits for a promise: expected its top-level await and its start() to settle",
  blocked: ", the handler blocks its worker: expected the code of its modules to return",
};

/** The error of a lane that is not ready in time, with exit code 70. */
export function notReady({ generation }: SupervisedLane, delay: Delay): ExitError {
  const limit = `--start-timeout ${formatDuration(generation.startTimeout)}`;
  const cause = generation.work.service.kind === "handler" ? CAUSES[delay] : "";
  return new ExitError(
    `Cannot start a worker: not ready within ${limit}${cause}`,
    EXIT.software,
  );
}
