/** The status of a server as plain data, under the names of the status file. */
import type { LaneCounts } from "../lane/counts.ts";
import type { LaneState } from "../lane/row.ts";
import type { PlaceName } from "../modes/mode.ts";
import type { UpstreamStatus } from "./upstream_status.ts";

/** One lane. */
export interface LaneStatus extends LaneCounts {
  readonly lane: number;
  readonly place: PlaceName;
  readonly state: LaneState;
  readonly generation: number;
  /** The id of the process that it runs in. */
  readonly pid: number;
  /** Milliseconds since its last heartbeat. */
  readonly heartbeat_age_ms: number;
  /** CPU time of its thread as a share of the time since the last reading, 0 to 1. */
  readonly busy: number;
}

/** The whole server. */
export interface Status {
  /** When it was read, in UTC (RFC 3339). */
  readonly time: string;
  readonly mode: string;
  readonly service: string;
  readonly pid: number;
  readonly uptime_s: number;
  /** The generation in service. */
  readonly generation: number;
  /** The last reload, if it failed; otherwise null. */
  readonly failed_generation: { readonly generation: number; readonly reason: string } | null;
  readonly lanes: readonly LaneStatus[];
  /** Counts since the start, including those of lanes that are gone. */
  readonly totals: LaneCounts & {
    /** Lanes that ended with an error. */
    readonly crashed: number;
    /** Lanes that hung. */
    readonly hung: number;
    /** Lanes that were replaced for their age, memory or number of requests. */
    readonly recycled: number;
  };
  /** The groups of backends; empty in a server that does not balance. */
  readonly upstreams: readonly UpstreamStatus[];
}
