import type { Logger } from "../log/logger.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** What the watch asks of a supervisor. */
export interface Watched {
  readonly lanes: readonly SupervisedLane[];
  fill(): void;
  trim(): void;
  forgive(): void;
  recycle(lane: SupervisedLane): Promise<void>;
  giveUp(lane: SupervisedLane): void;
}

/** Time between two looks at what changes slowly, in milliseconds. */
const SLOW = 1000;

/** Looks after the lanes at intervals: those that hang, those whose life is over, those that nobody needs. */
export class Watch {
  readonly #supervisor: Watched;
  readonly #log: Logger;
  readonly #interval: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #looked = performance.now();
  #lookedSlowly = performance.now();
  #isRecycling = false;

  /** @param interval Milliseconds between two looks. */
  constructor(supervisor: Watched, log: Logger, interval: number) {
    this.#supervisor = supervisor;
    this.#log = log;
    this.#interval = interval;
    this.#timer = setInterval(() => this.#look(), interval);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const late = now - this.#looked - this.#interval;
    this.#looked = now;
    for (const lane of this.#supervisor.lanes) this.#lookAt(lane, late);
    if (now - this.#lookedSlowly < SLOW) return;
    this.#lookedSlowly = now;
    const { lanes } = this.#supervisor;
    if (lanes.some((lane) => lane.state === "ready" && lane.hasLived)) this.#supervisor.forgive();
    this.#supervisor.trim();
    this.#supervisor.fill();
    void this.#recycleOne(lanes);
  }

  #lookAt(lane: SupervisedLane, late: number): void {
    // Of a lane on this very thread, only that it was stuck can be told.
    if (lane.generation.plan.place === "here") {
      if (late >= lane.pulse.suspectAfter) this.#warn("The event loop was blocked", lane, late);
      return;
    }
    const health = lane.pulse.look();
    if (health === "hung") {
      this.#log.error("Worker hung: another takes its place", this.#describe(lane));
      this.#supervisor.giveUp(lane);
    } else if (health === "suspect" && lane.state !== "starting") {
      if (!lane.isSuspect) this.#warn("Worker gives no sign of life", lane, lane.pulse.age);
      lane.isSuspect = true;
    } else if (lane.isSuspect) {
      lane.isSuspect = false;
      this.#log.info("Worker is alive again", { "sluice.worker": lane.number });
    }
  }

  #warn(message: string, lane: SupervisedLane, duration: number): void {
    this.#log.warn(message, {
      ...this.#describe(lane),
      "sluice.worker.silence": Math.round(duration) / 1000,
    });
  }

  #describe({ number, handle, row, pulse, state }: SupervisedLane): Record<string, unknown> {
    return {
      "sluice.worker": number,
      "sluice.worker.pid": handle.pid,
      "sluice.worker.state": state,
      "sluice.worker.silence": Math.round(pulse.age) / 1000,
      "sluice.connections.open": row.open,
      ...(row.current === 0 ? {} : {
        "sluice.connection.id": `${number}-${row.current}`,
        "sluice.connection.peer": row.currentPeer ?? "unknown",
      }),
    };
  }

  /** One at a time, so that most lanes serve all the time. */
  async #recycleOne(lanes: readonly SupervisedLane[]): Promise<void> {
    if (this.#isRecycling) return;
    for (const lane of lanes) {
      const canEnd = lane.isServing && lane.generation.plan.place !== "here";
      const reason = canEnd ? lane.lifetime?.reasonToEnd() ?? null : null;
      if (reason === null || this.#isRecycling) continue;
      this.#isRecycling = true;
      try {
        await this.#supervisor.recycle(lane);
        this.#log.info(`Worker replaced because of its ${reason}`, {
          "sluice.worker": lane.number,
        });
      } catch (error) {
        this.#log.error("Cannot replace a worker yet, it goes on", {
          "sluice.worker": lane.number,
          error: error instanceof Error ? error : String(error),
        });
      }
      this.#isRecycling = false;
    }
  }
}
