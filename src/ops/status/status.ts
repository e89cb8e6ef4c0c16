/** The status of a server as plain data, under the names of the status file and of the admin port. */
import type { EndedBy, Phase, RefusalReason } from "../../core/event.ts";
import type { SocketHolder } from "../../core/inherited_sockets.ts";
import type { LaneCounts } from "../../lane/counts.ts";
import type { LaneState } from "../../lane/row.ts";
import type { PlaceName } from "../../modes/mode.ts";
import type { DependencyStatus } from "../dependencies/dependency_status.ts";
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
  /** The CPU time of its thread, in seconds. */
  readonly cpu_s: number;
  /** The heap of its thread, or its whole process, in bytes. */
  readonly memory: number;
  /** How late its event loop turns to what is due, at the worst of its last heartbeats, in milliseconds. */
  readonly loop_delay_ms: number;
  /** How long clients that connect wait for their first byte, in milliseconds: recent peaks count most. */
  readonly wait_ms: number;
  /** The most connections that it serves at once. */
  readonly max_connections: number;
  readonly saturation: Saturation;
  /** The client that it turned to last; null before the first one. */
  readonly current: { readonly connection: string; readonly peer: string | null } | null;
}

/** How near a lane or the server is to its limit, from 0 to 1: `value` is the largest of the others. */
export interface Saturation {
  readonly value: number;
  /** CPU time of the thread as a share of the time; of the server, of all that its lanes could use. */
  readonly event_loop: number;
  /** Open connections as a share of those allowed. */
  readonly connections: number;
  /** Clients in the accept queue as a share of its length; only of the server. */
  readonly accept_queue: number;
  /** `wait_ms` as a share of `--saturation-wait`. */
  readonly wait: number;
}

/** Durations: how many there were in each bucket of `DURATION_BOUNDS` and beyond, and their sum. */
export interface DurationCounts {
  readonly counts: readonly number[];
  readonly sum_s: number;
}

/** Counts since the start, including those of lanes that are gone. */
export interface TotalsStatus extends LaneCounts {
  /** Lanes that were started. */
  readonly started: number;
  /** Lanes that ended with an error. */
  readonly crashed: number;
  /** Lanes that hung. */
  readonly hung: number;
  /** Lanes that were replaced for their age, memory or number of requests. */
  readonly recycled: number;
  /** Connections that ended without a byte in either direction. */
  readonly silent: number;
  readonly refused_by: Readonly<Record<RefusalReason, number>>;
  /** How connections ended, without combinations that have not occurred. */
  readonly ended: readonly {
    readonly by: EndedBy;
    readonly phase: Phase;
    readonly count: number;
  }[];
  /**
   * HTTP responses, without combinations that have not occurred. The method is a known one in
   * capitals, or `_OTHER`; the status class is `1xx` to `5xx`, or `none` if there was no response.
   * Empty unless requests are measured.
   */
  readonly responses: readonly {
    readonly method: string;
    readonly status: string;
    readonly count: number;
  }[];
  /** From the head of a request to the end of its response; null unless requests are measured. */
  readonly durations: DurationCounts | null;
}

/** The crash of a server that ran before with the same `--state-dir`. */
export interface LastCrash {
  /** When it happened, as near as is known, in UTC (RFC 3339). */
  readonly time: string;
  readonly kind: string;
  /** One sentence without a full stop. */
  readonly reason: string;
  /** The path of the report; null if it could not be written. */
  readonly report: string | null;
}

/** The whole server. */
export interface Status {
  /** When it was read, in UTC (RFC 3339). */
  readonly time: string;
  /** The version of Sluice. */
  readonly version: string;
  readonly state: "starting" | "serving" | "draining";
  readonly mode: string;
  readonly service: string;
  readonly pid: number;
  /** When it started, in UTC (RFC 3339): always the same, even if the clock of the system is set. */
  readonly started: string;
  readonly uptime_s: number;
  /** The bound addresses. */
  readonly addresses: readonly string[];
  /** The listening sockets that it was started with, and who holds them; null if there are none. */
  readonly inherited: { readonly sockets: number; readonly from: SocketHolder } | null;
  readonly limits: {
    /** The most connections at once, of all lanes. */
    readonly connections: number;
    /** The most connections of one client address; 0 is no limit. */
    readonly connections_per_ip: number;
    /** The least and the most lanes. */
    readonly min_lanes: number;
    readonly max_lanes: number;
    /** The most clients in each accept queue. */
    readonly backlog: number;
    /** The memory that its container may use, in bytes; null without a limit. */
    readonly memory: number | null;
  };
  /** The generation in service. */
  readonly generation: number;
  /** The last reload, if it failed; otherwise null. */
  readonly failed_generation: { readonly generation: number; readonly reason: string } | null;
  readonly reloads: { readonly succeeded: number; readonly failed: number };
  /** Why lanes are not kept alive, while they die early or cannot start; otherwise null. */
  readonly crash_loop: string | null;
  /** The crash before this start; null if the last server ended as it should, or without `--state-dir`. */
  readonly last_crash: LastCrash | null;
  /** Clients in the accept queues, and how often one overflowed on this machine; null where the system does not tell. */
  readonly accept_queue: { readonly length: number | null; readonly overflows: number | null };
  readonly saturation: Saturation;
  readonly lanes: readonly LaneStatus[];
  readonly totals: TotalsStatus;
  /** The duration of requests since the last reading; null if there were none, or they are not measured. */
  readonly latency: {
    readonly p50_ms: number;
    readonly p90_ms: number;
    readonly p99_ms: number;
  } | null;
  /** Records of the log by level, and those that were dropped since they could not be written. */
  readonly log: Readonly<Record<"debug" | "info" | "warning" | "error" | "dropped", number>>;
  /** The log or access log that cannot be written at the moment, and why; null if all can. */
  readonly log_failure: string | null;
  /** The whole process. */
  readonly process: {
    readonly cpu_s: number;
    /** In bytes. */
    readonly memory: number;
    readonly open_files: number | null;
    readonly max_files: number | null;
  };
  /** The groups of backends; empty in a server that does not balance. */
  readonly upstreams: readonly UpstreamStatus[];
  /** What the service needs behind it, by `--dependency`. */
  readonly dependencies: readonly DependencyStatus[];
}
