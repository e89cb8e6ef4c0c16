/** The groups of backends in the status, as plain data under the names of the status file. */

/** What a health check has found. */
export const CHECK_RESULTS = ["ok", "failed", "drain"] as const;

/** What health checks say of a backend. */
export const HEALTH_STATES = ["up", "down", "draining"] as const;

/** One backend. Counts are those of all lanes and processes, since it was added. */
export interface BackendStatus {
  readonly address: string;
  readonly state: typeof HEALTH_STATES[number];
  /** Why it is not up; null if it is. */
  readonly reason: string | null;
  /** Since when, in UTC (RFC 3339); null if it is not checked. */
  readonly since: string | null;
  readonly weight: number;
  readonly backup: boolean;
  /** The most connections from one process at a time; 0 for no limit. */
  readonly max: number;
  /** Connections to it, those being made included. */
  readonly in_flight: number;
  /** Connections made. */
  readonly connects: number;
  /** Connections that could not be made, or were lost before an answer. */
  readonly failures: number;
  /** Until when it is not used for its failures, by one process at least; null if it is not ejected. */
  readonly ejected_until: string | null;
  /** How long connecting takes: recent peaks count most; null if that is not known. */
  readonly latency_ms: number | null;
  /** Null before the first check, and without checks. */
  readonly last_check: {
    readonly result: typeof CHECK_RESULTS[number];
    readonly reason: string | null;
    readonly duration_ms: number;
  } | null;
}

/** One group. */
export interface UpstreamStatus {
  readonly name: string;
  /** The policy by which a backend is picked. */
  readonly balance: string;
  readonly backends: readonly BackendStatus[];
  readonly totals: {
    readonly backends: number;
    /** Backends that are up and not ejected. */
    readonly available: number;
    /** Connections, those to backends included that were removed. */
    readonly in_flight: number;
    readonly connects: number;
    readonly failures: number;
  };
}
