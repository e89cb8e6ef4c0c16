import { EXIT, ExitError } from "../base/exit.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";
import type { Logger } from "../log/logger.ts";
import type { LaneHandle, Place } from "../places/handle.ts";
import type { Generation } from "./generation.ts";
import { heartbeatInterval } from "./heartbeat.ts";
import { type LaneLoss, lossOf } from "./lane_loss.ts";
import type { SupervisionSettings } from "./settings.ts";
import { delayOf, notReady } from "./start_deadline.ts";
import { SupervisedLane } from "./supervised_lane.ts";
import { Totals } from "./totals.ts";

/** Options of a {@linkcode LanePool}. */
export interface LanePoolOptions {
  readonly place: Place;
  readonly scoreboard: Scoreboard;
  readonly log: Logger;
  readonly settings: SupervisionSettings;
  /** Called when a lane is gone. `error` ended it, or kept it from starting; null if it was told to end. */
  readonly onGone: (lane: SupervisedLane, error: Error | null) => void;
  /** Called when a lane that has started crashes or hangs, before `onGone`. */
  readonly onLost?: (loss: LaneLoss) => void;
}

/** The live lanes, each from the claim of its row until its counts are added to the totals. */
export class LanePool {
  readonly totals = new Totals();
  /** Milliseconds between two heartbeats of a lane. */
  readonly heartbeatInterval: number;
  settings: SupervisionSettings;
  readonly #options: LanePoolOptions;
  readonly #lanes = new Set<SupervisedLane>();
  #lastLane = -1;

  constructor(options: LanePoolOptions) {
    this.#options = options;
    this.settings = options.settings;
    this.heartbeatInterval = heartbeatInterval(options.settings.workerTimeout);
  }

  /** The live lanes, oldest first. */
  get lanes(): readonly SupervisedLane[] {
    return [...this.#lanes];
  }

  /** How many lanes have been launched so far, or could not be. */
  get launched(): number {
    return this.#lastLane + 1;
  }

  /** Threads that hung while they served, and cannot be ended. */
  readonly hungThreads: SupervisedLane[] = [];

  /** Threads that got stuck in their start, and cannot be ended. They have never served. */
  readonly stuckThreads: SupervisedLane[] = [];

  /**
   * Starts a lane.
   *
   * @param takeOver Whether it replaces a lane that is already listening: see
   * `LaneHandle.takeOver`.
   * @throws {Error} If the system cannot start it; an ExitError with 70 if too many
   * threads are stuck, or the scoreboard has no free row.
   */
  launch(generation: Generation, takeOver: boolean): SupervisedLane {
    const { place, scoreboard } = this.#options;
    if (this.stuckThreads.length >= this.settings.maxHungThreads) {
      throw cannotLaunch(
        `found ${this.stuckThreads.length} threads that are stuck in their start and cannot be ` +
          "ended, expected fewer than --max-hung-threads, restart the server",
      );
    }
    const lane = ++this.#lastLane;
    const row = scoreboard.claim(lane, generation.number);
    if (row === null) {
      throw cannotLaunch(`found ${this.#lanes.size} alive, expected old ones to retire`);
    }
    const { work, number } = generation;
    const { heartbeatInterval, settings } = this;
    const { index, tenancy } = row;
    const own = { lane, generation: number, row: index, tenancy, takeOver };
    let handle: LaneHandle;
    try {
      handle = place({ ...work, ...own, heartbeat: heartbeatInterval });
    } catch (error) {
      scoreboard.close(row, "free");
      throw error;
    }
    this.totals.started++;
    const supervised = new SupervisedLane(
      handle,
      lane,
      row,
      generation,
      settings,
      heartbeatInterval,
    );
    this.#lanes.add(supervised);
    void this.#follow(supervised);
    return supervised;
  }

  /** Kills a hung lane. A thread survives that and keeps its row. */
  killHung(lane: SupervisedLane): void {
    this.totals.hung++;
    lane.isHung = true;
    this.#options.onLost?.(lossOf(lane, "hung", null));
    if (lane.generation.plan.place === "thread") this.hungThreads.push(lane);
    lane.handle.kill();
  }

  /**
   * Gives up a lane that is not ready in time, in favour of another or of none. A
   * thread whose event loop does not run survives that and keeps its row.
   */
  giveUp(lane: SupervisedLane): void {
    const delay = delayOf(lane, this.heartbeatInterval);
    if (delay === "blocked" && lane.generation.plan.place === "thread") {
      lane.isStuck = true;
      this.stuckThreads.push(lane);
      this.#options.log.error("Worker stuck in its start: its thread cannot be ended", {
        "sluice.worker": lane.number,
        "sluice.worker.generation": lane.generation.number,
        "sluice.workers.stuck": this.stuckThreads.length,
      });
    }
    lane.handle.kill(notReady(lane, delay));
  }

  /** Follows a lane to its end. */
  async #follow(lane: SupervisedLane): Promise<void> {
    let startError: Error | null = null;
    try {
      lane.sockets = (await lane.handle.ready).sockets;
      lane.markReady(this.settings);
    } catch (cause) {
      startError = cause instanceof Error ? cause : new Error(String(cause));
    }
    const exit = await lane.gone;
    const hasCrashed = exit.kind === "crashed";
    if (hasCrashed) {
      this.totals.crashed++;
      if (startError === null || !lane.isAwaited) this.#tellCrash(lane, exit.error);
    } else if (!lane.isCancelled) lane.startError = startError;
    if (lane.isOverdue) this.#logOverdue(lane);
    this.totals.keep(lane.row);
    this.#lanes.delete(lane);
    this.#options.onGone(lane, hasCrashed ? exit.error : lane.startError);
    // A hung or stuck thread keeps its row.
    const keepsRow = lane.generation.plan.place === "thread" && (lane.isHung || lane.isStuck);
    if (!keepsRow) lane.leaveRow();
    this.#options.scoreboard.close(lane.row, keepsRow ? "hung" : "free");
  }

  #logOverdue(lane: SupervisedLane): void {
    this.#options.log.warn("Worker killed: it did not end by its deadline", {
      "sluice.worker": lane.number,
      "sluice.worker.pid": lane.handle.pid,
      "sluice.worker.generation": lane.generation.number,
      "sluice.connections.killed": lane.row.open,
    });
  }

  #tellCrash(lane: SupervisedLane, error: Error): void {
    this.#options.log.error("Worker crashed: its connections are closed", {
      "sluice.worker": lane.number,
      "sluice.worker.pid": lane.handle.pid,
      "sluice.worker.generation": lane.generation.number,
      "sluice.connections.killed": lane.row.open,
      error,
    });
    this.#options.onLost?.(lossOf(lane, "crashed", error));
  }
}

function cannotLaunch(reason: string): ExitError {
  return new ExitError(`Cannot start another worker: ${reason}`, EXIT.software);
}
