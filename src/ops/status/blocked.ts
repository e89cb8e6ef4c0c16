import type { Blocked } from "./snapshot.ts";
import type { LaneStatus, Status } from "./status.ts";

/** Milliseconds without a heartbeat after which an event loop counts as blocked: two are due by then. */
const PATIENCE = 1000;

/** The lanes whose event loop has been blocked for a second or more, by their heartbeats. */
export function blockedLanes({ lanes }: Status): Blocked[] {
  return lanes.filter(isBlocked).map(({ lane, heartbeat_age_ms, current }) => ({
    lane,
    for_s: heartbeat_age_ms / 1000,
    connection: current?.connection ?? null,
    peer: current?.peer ?? null,
  }));
}

/**
 * The first lane, whose handler blocks the main thread as it is loaded; empty unless one does.
 *
 * @param silence Milliseconds since the last sign of life of the main thread.
 */
export function blockedStart(silence: number): Blocked[] {
  if (silence < PATIENCE) return [];
  return [{ lane: 0, for_s: Math.round(silence) / 1000, connection: null, peer: null }];
}

/**
 * For how long the main thread has been blocked, in milliseconds; 0 if it is not.
 *
 * @param status Of a server that has a lane on the main thread, which beats for it.
 */
export function mainThreadBlocked({ lanes }: Status): number {
  const here = lanes.filter((lane) => lane.place === "here");
  // A lane that is loading or was given up does not speak for the thread if another one beats.
  const youngest = Math.min(...here.filter(isAlive).map((lane) => lane.heartbeat_age_ms));
  return Number.isFinite(youngest) && youngest >= PATIENCE ? youngest : 0;
}

/** Whether the event loop of a lane has been blocked for a second or more, by its heartbeats. */
export function isBlocked(lane: Pick<LaneStatus, "state" | "heartbeat_age_ms">): boolean {
  return isAlive(lane) && lane.heartbeat_age_ms >= PATIENCE;
}

function isAlive({ state }: Pick<LaneStatus, "state">): boolean {
  return state !== "free";
}
