import type { Readiness } from "./snapshot.ts";
import type { LaneStatus, Status } from "./status.ts";
import type { UpstreamStatus } from "./upstream_status.ts";

type Reason = Readiness["reasons"][number];

/** The readiness of a server that has not started yet. */
export const STARTING: Readiness = {
  ready: false,
  reasons: [{ code: "starting", message: "The server is starting" }],
};

/**
 * Decides whether new clients should be sent to a server.
 *
 * @param workerTimeout Milliseconds without a heartbeat after which a lane counts as hung, also on
 * the main thread, where nobody can replace it; 0 is never.
 */
export function readinessOf(status: Status, workerTimeout = 0): Readiness {
  const reasons = [
    ...ofState(status),
    ...ofLanes(status, workerTimeout),
    ...status.upstreams.flatMap(ofUpstream),
    ...status.dependencies.filter(({ required, state }) => required && state === "down").map(
      ({ name, reason }): Reason => ({
        code: "dependency_down",
        message: `The dependency "${name}" is down${reason === null ? "" : `: ${reason}`}`,
      }),
    ),
  ];
  return { ready: reasons.length === 0, reasons };
}

function ofState({ state }: Status): Reason[] {
  if (state === "starting") return [...STARTING.reasons];
  return state === "draining" ? [{ code: "draining", message: "The server is draining" }] : [];
}

function ofLanes({ state, lanes }: Status, workerTimeout: number): Reason[] {
  // While it starts or drains, no lane need be ready.
  if (state !== "serving" || lanes.some((lane) => isServing(lane, workerTimeout))) return [];
  return [{ code: "no_lane", message: "No worker is ready" }];
}

function isServing({ state, heartbeat_age_ms: age }: LaneStatus, workerTimeout: number): boolean {
  return state === "ready" && (workerTimeout === 0 || age < workerTimeout);
}

function ofUpstream({ name, backends }: UpstreamStatus): Reason[] {
  if (backends.some(({ state }) => state === "up")) return [];
  const message = backends.length === 0
    ? `The group "${name}" has no backends`
    : `No backend of the group "${name}" is up`;
  return [{ code: "upstream_down", message }];
}
