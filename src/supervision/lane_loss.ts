/** A lane that was lost: it crashed, or hung and was given up. */
import type { PlaceName } from "../modes/mode.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** A lane that was lost, as plain data except for the error. */
export interface LaneLoss {
  readonly kind: "crashed" | "hung";
  readonly worker: number;
  readonly place: PlaceName;
  readonly generation: number;
  readonly pid: number;
  /** Since it was ready, in milliseconds; null if it never was. */
  readonly age: number | null;
  /** The connections that it had open. */
  readonly open: number;
  readonly accepted: number;
  readonly requests: number;
  /** The client that it turned to last; null before the first one. */
  readonly current: { readonly connection: string; readonly peer: string | null } | null;
  /** Null if it hung. */
  readonly error: Error | null;
  /** Milliseconds since its last heartbeat. */
  readonly silence: number;
}

/** Describes a lane at its end, while its row is still its own. */
export function lossOf(
  lane: SupervisedLane,
  kind: LaneLoss["kind"],
  error: Error | null,
): LaneLoss {
  const { number, generation, handle, row, readySince, heartbeat } = lane;
  return {
    kind,
    worker: number,
    place: generation.plan.place,
    generation: generation.number,
    pid: handle.pid,
    age: readySince === null ? null : performance.now() - readySince,
    open: row.open,
    accepted: row.get("accepted"),
    requests: row.get("requests"),
    current: row.current === 0
      ? null
      : { connection: `${number}-${row.current}`, peer: row.currentPeer },
    error,
    silence: heartbeat.age,
  };
}
