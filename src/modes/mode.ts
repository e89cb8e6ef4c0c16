import type { Sharing } from "../core/listener.ts";

/** Where a lane can run: on the main thread, in a thread, in a process. */
export type PlaceName = "here" | "thread" | "process";

/** What a mode decides: where lanes run, how many, and how many connections each. */
export interface Plan {
  readonly place: PlaceName;
  /** How many; `spare` of them are kept idle, ahead of need, up to the maximum. */
  readonly lanes: { readonly min: number; readonly max: number; readonly spare: number };
  /** Connections that one lane serves at a time. */
  readonly connections: number;
  /** Connections that the lanes of one process serve at a time. */
  readonly total: number;
  /** The same for one client address; 0 is no limit. */
  readonly perAddress: number;
  readonly sharing: Sharing;
}

/** What a mode may look at. */
export interface ModeSettings {
  /** `--max-connections`, after the descriptor limit had its say. */
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
  /** `--workers`, or the processors that the server may use. */
  readonly workers: number;
  readonly minThreads: number;
  readonly maxThreads: number;
  readonly spareThreads: number;
}

/** A concurrency model: only a choice of place and numbers. */
export interface Mode {
  readonly name: string;
  /** One line for people. */
  readonly help: string;
  plan(settings: ModeSettings): Plan;
}
