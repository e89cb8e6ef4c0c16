import type { Logger } from "../log/logger.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** Logs how long the lost lanes of a generation were missing. */
export class Outages {
  readonly #log: Logger;
  /** When lanes were lost that nothing has replaced yet, by `performance.now()`, oldest first. */
  #lost: number[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  /** A lane that served is lost. */
  begin(): void {
    this.#lost.push(performance.now());
  }

  /** A lane starts, in place of the one that was lost first if there is any. */
  async replace({ handle, number }: SupervisedLane): Promise<void> {
    const lost = this.#lost.shift();
    if (lost === undefined) return;
    try {
      await handle.ready;
    } catch { // The next one that starts replaces the lost one.
      this.#lost.unshift(lost);
      return;
    }
    this.#log.info("Worker started to replace a lost one", {
      "sluice.worker": number,
      "sluice.worker.pid": handle.pid,
      "sluice.outage.duration": Math.round(performance.now() - lost) / 1000,
    });
  }

  /** No lane is missing: those that were lost and not replaced are no longer needed. */
  end(): void {
    this.#lost = [];
  }
}
