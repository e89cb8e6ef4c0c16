/** What the admin port knows at some moment, as plain data. */
import type { Status } from "./status.ts";

/** Whether new clients should be sent to the server. */
export interface Readiness {
  readonly ready: boolean;
  /** Why not; empty if it is ready. */
  readonly reasons: readonly {
    readonly code: "starting" | "draining" | "no_lane" | "upstream_down" | "dependency_down";
    /** One sentence without a full stop. */
    readonly message: string;
  }[];
}

/** An event loop that is blocked. */
export interface Blocked {
  readonly lane: number;
  /** For how long, in seconds. */
  readonly for_s: number;
  /** The connection that it turned to last, and its client; null if that is not known. */
  readonly connection: string | null;
  readonly peer: string | null;
}

/** Sent with each event `snapshot` of `GET /events`, once a second. */
export interface Snapshot {
  /** Null while the server starts. */
  readonly status: Status | null;
  readonly readiness: Readiness;
  /** The lanes whose event loop has been blocked for a second or more. */
  readonly blocked: readonly Blocked[];
}
