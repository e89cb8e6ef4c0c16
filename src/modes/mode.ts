import type { Plan } from "../plan.ts";

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
