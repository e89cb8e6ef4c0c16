/**
 * How near a server and its lanes are to their limits: one figure from 0 to 1, for an autoscaler
 * and for whoever looks for the bottleneck.
 */
import { isBlocked } from "./blocked.ts";
import type { LaneStatus, Saturation } from "./status.ts";

/** The time over which it is smoothed, in milliseconds: what lasts for a moment hardly shows. */
export const SMOOTHING = 3000;

/** A lane or server with nothing to do. */
export const UNSATURATED: Saturation = {
  value: 0,
  event_loop: 0,
  connections: 0,
  accept_queue: 0,
  wait: 0,
};

/** What it is made of. */
type Parts = Omit<Saturation, "value">;

/** A lane, as far as its saturation depends on it. */
type Lane = Pick<
  LaneStatus,
  "state" | "busy" | "heartbeat_age_ms" | "open" | "max_connections" | "wait_ms"
>;

/** A server, as far as its saturation depends on it. */
export interface SaturationFacts {
  /** Open connections, and the most of them. */
  readonly open: number;
  readonly capacity: number;
  /** The most lanes. */
  readonly maxLanes: number;
  /** The number of processors that it may use. */
  readonly processors: number;
  /** The share of its limit that the fullest accept queue holds. */
  readonly fullestQueue: number;
  /** The wait of a saturated server in milliseconds; 0 leaves it out. */
  readonly waitBound: number;
}

/** The saturation of a lane at this moment. */
export function laneSaturation(lane: Lane, waitBound: number): Saturation {
  return withValue({
    // What a blocked lane uses is known only once it runs again; it has no time left anyway.
    event_loop: isBlocked(lane) ? 1 : lane.busy,
    connections: share(lane.open, lane.max_connections),
    accept_queue: 0,
    wait: share(lane.wait_ms, waitBound),
  });
}

/**
 * The saturation of a server at this moment. Without a lane that is ready, it is what its
 * connections and its accept queues say.
 */
export function serverSaturation(facts: SaturationFacts, lanes: readonly Lane[]): Saturation {
  const { maxLanes, processors, waitBound } = facts;
  const ready = lanes.filter(({ state }) => state === "ready");
  const sum = (of: (lane: Lane) => number) => ready.reduce((total, lane) => total + of(lane), 0);
  // Where lanes serve one connection at a time, more of them are started as clients come; and
  // more lanes than processors cannot use more CPU time than these have.
  const isElastic = lanes.every((lane) => lane.max_connections === 1);
  const usable = isElastic ? maxLanes : ready.length;
  return withValue({
    event_loop: Math.max(
      share(sum((lane) => lane.busy), Math.min(usable, processors)),
      share(ready.filter(isBlocked).length, usable),
    ),
    connections: share(facts.open, facts.capacity),
    accept_queue: share(facts.fullestQueue, 1),
    // The mean: one request that takes long is no reason for more machines.
    wait: share(sum((lane) => share(lane.wait_ms, waitBound)), ready.length),
  });
}

/**
 * Approaches the saturation at this moment from an earlier one.
 *
 * @param elapsed Milliseconds between them.
 */
export function smoothed(before: Saturation, now: Saturation, elapsed: number): Saturation {
  const weight = 1 - Math.exp(-elapsed / SMOOTHING);
  const between = (name: keyof Parts) => before[name] + (now[name] - before[name]) * weight;
  return withValue({
    event_loop: between("event_loop"),
    connections: between("connections"),
    accept_queue: between("accept_queue"),
    wait: between("wait"),
  });
}

/** Rounds for readers; what is rounded must not be smoothed further. */
export function rounded(saturation: Saturation): Saturation {
  const round = (part: number) => Math.round(part * 1000) / 1000;
  return {
    value: round(saturation.value),
    event_loop: round(saturation.event_loop),
    connections: round(saturation.connections),
    accept_queue: round(saturation.accept_queue),
    wait: round(saturation.wait),
  };
}

function withValue(parts: Parts): Saturation {
  return { value: Math.max(...Object.values(parts)), ...parts };
}

/** A share from 0 to 1; 0 of a whole that does not exist. */
function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}
