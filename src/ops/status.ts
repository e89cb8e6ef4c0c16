/** What the server is doing, as plain data: the status file, in its own words. */
import type { PlaceName } from "../modes/mode.ts";
import type { LaneCounts } from "../lane/counts.ts";
import type { LaneState } from "../lane/scoreboard.ts";

/** One lane. */
export interface LaneStatus extends LaneCounts {
  readonly lane: number;
  readonly place: PlaceName;
  readonly state: LaneState;
  readonly generation: number;
  /** The process that it runs in. */
  readonly pid: number;
  /** Milliseconds since its last sign of life. */
  readonly heartbeat_age_ms: number;
  /** Share of a processor that its thread has used since the status before, 0 to 1. */
  readonly busy: number;
}

/** The whole server. */
export interface Status {
  /** When it was written, as in RFC 3339. */
  readonly time: string;
  readonly mode: string;
  readonly service: string;
  readonly pid: number;
  readonly uptime_s: number;
  /** The one that serves. */
  readonly generation: number;
  /** The last reload, when it failed; null when it did not. */
  readonly failed_generation: { readonly generation: number; readonly reason: string } | null;
  readonly lanes: readonly LaneStatus[];
  /** Since the start, lanes that are gone included. */
  readonly totals: LaneCounts & {
    /** Lanes that ended by an error. */
    readonly crashed: number;
    /** Lanes that were given up because they were stuck. */
    readonly hung: number;
    /** Lanes that were replaced because of their age, memory or requests. */
    readonly recycled: number;
  };
}
