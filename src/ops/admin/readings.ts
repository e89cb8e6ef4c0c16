import { blockedLanes, blockedStart, mainThreadBlocked } from "../status/blocked.ts";
import { readinessOf, STARTING } from "../status/readiness.ts";
import type { Snapshot } from "../status/snapshot.ts";
import { StatusReader } from "../status/status_reader.ts";
import type { AdminSource } from "./admin_source.ts";

/** Who reads, each with its own interval: the rates of a reader are those since its last reading. */
export type ReadingFor = "health" | "status" | "metrics" | "events";

/** What is read. */
type ReadSource = Pick<AdminSource, "facts" | "silence" | "scoreboard">;

/** How long the main thread may be blocked, in milliseconds; 0 is no limit. */
export interface Timeouts {
  /** `--worker-timeout`. */
  readonly workerTimeout: number;
  /** `--start-timeout`. */
  readonly startTimeout: number;
}

/** Reads snapshots of the server. */
export class Readings {
  readonly #source: ReadSource;
  readonly #timeouts: Timeouts;
  readonly #readers = new Map<ReadingFor, StatusReader>();

  constructor(source: ReadSource, timeouts: Timeouts) {
    this.#source = source;
    this.#timeouts = timeouts;
  }

  /** Reads the status, whether the server is ready, and which event loops are blocked. */
  read(by: ReadingFor): Snapshot {
    const facts = this.#source.facts();
    const scoreboard = this.#source.scoreboard();
    if (facts === null || scoreboard === null) {
      return { status: null, readiness: STARTING, blocked: blockedStart(this.#source.silence()) };
    }
    let reader = this.#readers.get(by);
    if (reader === undefined) {
      reader = new StatusReader(scoreboard, facts);
      this.#readers.set(by, reader);
    }
    const status = reader.read(facts);
    return {
      status,
      readiness: readinessOf(status, this.#timeouts.workerTimeout),
      blocked: blockedLanes(status),
    };
  }

  /** Whether the main thread has been blocked for so long that only a restart helps. */
  isHung({ status, blocked }: Snapshot): boolean {
    const { workerTimeout, startTimeout } = this.#timeouts;
    const limit = status === null ? startTimeout : workerTimeout;
    const time = status === null ? 1000 * (blocked[0]?.for_s ?? 0) : mainThreadBlocked(status);
    return limit > 0 && time >= limit;
  }
}
