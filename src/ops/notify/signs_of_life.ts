import type { LaneStatus, Status } from "../status/status.ts";

/** A server, as far as its life depends on it. */
export interface LifeFacts {
  readonly state: Status["state"];
  readonly lanes: readonly Pick<LaneStatus, "heartbeat_age_ms">[];
}

/**
 * Whether a server lives, or only the service manager can help it. One lane that lives is
 * enough, also one that starts: Sluice replaces lanes that hang or crash by itself.
 */
export class SignsOfLife {
  readonly #limit: number;
  /** When a lane was last known to be alive. */
  #last: number;

  /**
   * @param watchdog Milliseconds within which the manager wants a sign of life.
   * @param workerTimeout Milliseconds after which Sluice replaces a lane that hangs; 0 is never.
   */
  constructor(watchdog: number, workerTimeout: number, now = performance.now()) {
    // Time for the replacement of a lane to start.
    this.#limit = Math.max(watchdog, 2 * workerTimeout);
    this.#last = now;
  }

  /** Looks at the server. While it drains, lanes end; then it lives as long as it looks. */
  isAlive({ state, lanes }: LifeFacts, now = performance.now()): boolean {
    const ages = state === "draining" ? [0] : lanes.map((lane) => lane.heartbeat_age_ms);
    this.#last = Math.max(this.#last, now - Math.min(Infinity, ...ages));
    return now - this.#last < this.#limit;
  }
}
