/**
 * What the main thread knows of a server beyond the scoreboard: plain data, so that another thread
 * can read the status while the main thread is blocked.
 */
import type { LaneTotals } from "../../lane/lane_totals.ts";
import type { PlaceName } from "../../modes/mode.ts";
import type { Status, TotalsStatus } from "./status.ts";

/** A lane, whose counts are in its row of the scoreboard. */
export interface LaneFacts {
  readonly number: number;
  /** The index of its row. */
  readonly row: number;
  readonly place: PlaceName;
  readonly generation: number;
  readonly pid: number;
  readonly maxConnections: number;
}

/** The facts of a server, at some moment. */
export interface ServerFacts extends
  Pick<
    Status,
    | "state"
    | "mode"
    | "service"
    | "pid"
    | "addresses"
    | "inherited"
    | "limits"
    | "generation"
    | "failed_generation"
    | "reloads"
    | "crash_loop"
    | "last_crash"
    | "accept_queue"
    | "log"
    | "log_failure"
    | "upstreams"
    | "dependencies"
  > {
  /** When the server started, by `clock` of base/clock.ts: milliseconds since the epoch. */
  readonly started: number;
  /** The number of processors that it may use. */
  readonly processors: number;
  /** The share of its limit that the fullest accept queue holds. */
  readonly fullestQueue: number;
  /** `--saturation-wait` in milliseconds; 0 leaves the wait out of the saturation. */
  readonly saturationWait: number;
  /** The lanes that are alive, those that hang included. */
  readonly lanes: readonly LaneFacts[];
  /** The counts of lanes that are gone. */
  readonly gone: LaneTotals;
  /** How many lanes were started, and how they ended. */
  readonly ended: Pick<TotalsStatus, "started" | "crashed" | "hung" | "recycled">;
}
