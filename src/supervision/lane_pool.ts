import { EXIT, ExitError } from "../base/exit.ts";
import type { Logger } from "../log/logger.ts";
import type { LaneHandle, Place } from "../places/handle.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";
import { heartbeatFor } from "./heartbeat.ts";
import type { SupervisionSettings } from "./settings.ts";
import { type Generation, SupervisedLane } from "./supervised_lane.ts";
import { Totals } from "./totals.ts";

/** What a crew works with. */
export interface LanePoolOptions {
  readonly place: Place;
  readonly scoreboard: Scoreboard;
  readonly log: Logger;
  readonly settings: SupervisionSettings;
  /** Called when a lane is gone; `error` is what ended it, null when it was told to end. */
  readonly onGone: (lane: SupervisedLane, error: Error | null) => void;
}

/** The lanes that are alive, from the claim of a row to the end of its count. */
export class LanePool {
  readonly totals = new Totals();
  /** Milliseconds between two signs of life of a lane. */
  readonly heartbeat: number;
  settings: SupervisionSettings;
  readonly #options: LanePoolOptions;
  readonly #lanes = new Set<SupervisedLane>();
  #lastLane = -1;
  /** When lanes ended that nobody had told to, and nobody has replaced yet. */
  readonly #losses: number[] = [];

  constructor(options: LanePoolOptions) {
    this.#options = options;
    this.settings = options.settings;
    this.heartbeat = heartbeatFor(options.settings.workerTimeout);
  }

  /** The lanes that are alive, the oldest first. */
  get lanes(): readonly SupervisedLane[] {
    return [...this.#lanes];
  }

  /** Threads that are stuck and were left behind. */
  readonly leftBehind: SupervisedLane[] = [];

  /**
   * Starts a lane.
   *
   * @param takeOver Whether it takes the place of one that listens already.
   * @throws {Error} If the system has no room for it; an ExitError with 70 if the
   * scoreboard has no row.
   */
  launch(generation: Generation, takeOver: boolean): SupervisedLane {
    const { place, scoreboard } = this.#options;
    const row = scoreboard.claim(generation.number);
    if (row === null) {
      throw new ExitError(
        `Cannot start another worker: found ${this.#lanes.size} alive, expected old ones to retire`,
        EXIT.software,
      );
    }
    const { work, number } = generation;
    const { heartbeat, settings } = this;
    const own = { lane: ++this.#lastLane, generation: number, row: row.index, takeOver };
    let handle: LaneHandle;
    try {
      handle = place({ ...work, ...own, heartbeat });
    } catch (error) {
      scoreboard.close(row, "free");
      throw error;
    }
    const lane = new SupervisedLane(handle, own.lane, row, generation, settings, heartbeat);
    this.#lanes.add(lane);
    void this.#tend(lane);
    return lane;
  }

  /** Gives up a lane that is stuck: a thread is left behind, with its row. */
  abandon(lane: SupervisedLane): void {
    this.totals.hung++;
    this.#losses.push(performance.now());
    if (lane.generation.plan.place === "thread") {
      this.#options.scoreboard.close(lane.row, "hung");
      this.leftBehind.push(lane);
    }
    lane.handle.abandon(
      new ExitError("Cannot start a worker: not ready within --worker-timeout", EXIT.software),
    );
  }

  async #tend(lane: SupervisedLane): Promise<void> {
    let bootError: Error | null = null;
    try {
      await lane.handle.ready;
      lane.becameReady(this.settings);
      this.#sayReplaced(lane);
    } catch (cause) {
      bootError = cause instanceof Error ? cause : new Error(String(cause));
    }
    const exit = await lane.gone;
    if (exit.kind === "crashed") this.#sayCrashed(lane, exit.error);
    this.totals.keep(lane.row);
    this.#lanes.delete(lane);
    this.#options.onGone(lane, exit.kind === "crashed" ? exit.error : bootError);
    if (lane.state !== "hung") this.#options.scoreboard.close(lane.row, "free");
  }

  #sayCrashed(lane: SupervisedLane, error: Error): void {
    this.totals.crashed++;
    this.#losses.push(performance.now());
    this.#options.log.error("Worker crashed: its connections are closed", {
      "sluice.worker": lane.number,
      "sluice.worker.pid": lane.handle.pid,
      "sluice.worker.generation": lane.generation.number,
      "sluice.connections.cut": lane.row.open,
      error,
    });
  }

  #sayReplaced(lane: SupervisedLane): void {
    const lost = this.#losses.shift();
    if (lost === undefined) return;
    this.#options.log.info("Worker started in the place of one that ended", {
      "sluice.worker": lane.number,
      "sluice.worker.pid": lane.handle.pid,
      "sluice.outage.duration": Math.round(performance.now() - lost) / 1000,
    });
  }
}
