import type { Sharing } from "../core/listener.ts";

/** Where a lane can run: on the main thread, in a thread or in a process. */
export type PlaceName = "here" | "thread" | "process";

/** What a mode decides: where lanes run, how many there are, and how many connections each serves. */
export interface Plan {
  readonly place: PlaceName;
  /** The number of lanes. `spare` idle ones are started ahead of need, up to the maximum. */
  readonly lanes: { readonly min: number; readonly max: number; readonly spare: number };
  /** The most open connections of one lane. */
  readonly connections: number;
  /** The most open connections of all lanes of one process. */
  readonly total: number;
  /** The most open connections per client address in one process; 0 is no limit. */
  readonly perAddress: number;
  readonly sharing: Sharing;
}

/** The most connections that all lanes of a plan serve at once, in all processes. */
export function capacityOf({ place, lanes, connections, total }: Plan): number {
  const each = lanes.max * connections;
  return place === "process" ? each : Math.min(each, total);
}

/** The settings that a mode plans from. */
export interface ModeSettings {
  /** `--max-connections`, lowered to what the limit of open files allows. */
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
  /** `--workers`, or the number of processors available. */
  readonly workers: number;
  readonly minThreads: number;
  readonly maxThreads: number;
  readonly spareThreads: number;
}

/** A concurrency model, which is only a choice of place and numbers. */
export interface Mode {
  readonly name: string;
  /** One line for `--help`. */
  readonly help: string;
  plan(settings: ModeSettings): Plan;
}
