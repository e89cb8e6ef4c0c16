import { EXIT, ExitError } from "../base/exit.ts";
import { firstLine } from "../base/system_errors.ts";
import type { Logger } from "../log/logger.ts";
import type { Plan } from "../modes/mode.ts";
import type { Ready } from "../places/handle.ts";
import type { Generation, Work } from "./generation.ts";
import { LanePool, type LanePoolOptions } from "./lane_pool.ts";
import { checkMemoryLimit } from "./memory_limit.ts";
import { LaneReplacer } from "./replace.ts";
import { Scaler, type ScalerOptions } from "./scaler.ts";
import type { SupervisionSettings } from "./settings.ts";
import { startLanes, startsAtOnce } from "./start_lanes.ts";
import { type Stop, stopLanes } from "./stop.ts";
import type { SupervisedLane } from "./supervised_lane.ts";
import type { Totals } from "./totals.ts";
import { Watchdog } from "./watchdog.ts";

/** Options of a {@linkcode Supervisor}. */
export interface SupervisorOptions
  extends Omit<LanePoolOptions, "onGone">, Pick<ScalerOptions, "onFull"> {
  /**
   * Called when the lanes of a reload are about to take over the clients; with the previous
   * generation when that serves again, because the reload has failed.
   */
  readonly onTakeOver: (generation: Generation) => void;
}

/** Carries out a plan: starts, replaces, scales, reloads and stops its lanes. */
export class Supervisor {
  /** Resolves with the reason when lanes can no longer be kept alive. */
  readonly failed: Promise<Error>;
  readonly #log: Logger;
  readonly #onTakeOver: (generation: Generation) => void;
  readonly #pool: LanePool;
  readonly #scaler: Scaler;
  readonly #replacer: LaneReplacer;
  readonly #watchdog: Watchdog;
  readonly #failed = Promise.withResolvers<Error>();
  readonly #kill = Promise.withResolvers<void>();
  #lastGeneration = -1;
  #stopping: Promise<Stop> | null = null;

  constructor(options: SupervisorOptions) {
    const { log, onFull } = options;
    const onGone = (lane: SupervisedLane, error: Error | null) =>
      this.#scaler.replaceGone(lane, error);
    this.failed = this.#failed.promise;
    this.#log = log;
    this.#onTakeOver = options.onTakeOver;
    this.#pool = new LanePool({ ...options, onGone });
    this.#scaler = new Scaler({ pool: this.#pool, log, onFull, onGivenUp: this.#failed.resolve });
    this.#replacer = new LaneReplacer(log, this.#scaler);
    this.#watchdog = new Watchdog(this, log, this.#pool.heartbeatInterval);
  }

  /** The live lanes, oldest first. */
  get lanes(): readonly SupervisedLane[] {
    return this.#pool.lanes;
  }

  /** Hung threads, which cannot be ended. */
  get hungThreads(): readonly SupervisedLane[] {
    return this.#pool.hungThreads;
  }

  /** Threads stuck in their start, which cannot be ended. */
  get stuckThreads(): readonly SupervisedLane[] {
    return this.#pool.stuckThreads;
  }

  get totals(): Totals {
    return this.#pool.totals;
  }

  /** The number of the serving generation. */
  get generation(): number {
    return this.#scaler.serving?.number ?? 0;
  }

  /** Numbers the next generation: 0 at the start, and one more with each reload, even if it fails. */
  nextGeneration(): number {
    return ++this.#lastGeneration;
  }

  /**
   * Starts the lanes of a generation and, when all of them accept, retires those of
   * the previous one. Resolves when only the new ones accept.
   *
   * @param number From {@linkcode nextGeneration}.
   * @returns The report of the first lane.
   * @throws {ExitError} If a lane cannot start, or new ones die early while they take over
   * clients: then the new ones are ended, and the previous generation keeps serving.
   */
  async start(
    number: number,
    plan: Plan,
    work: Work,
    settings: SupervisionSettings,
  ): Promise<Ready> {
    const { startTimeout } = settings;
    const next: Generation = { number, plan, work, startTimeout };
    const lanes: SupervisedLane[] = [];
    const { serving: previous } = this.#scaler;
    const { settings: previousSettings } = this.#pool;
    try {
      const isServing = previous !== null;
      const first = await startLanes(
        () => {
          if (this.#stopping !== null) throw new Error("the server is stopping");
          const lane = this.#pool.launch(next, isServing);
          lanes.push(lane);
          return lane;
        },
        this.#scaler.initialLanes(plan),
        isServing,
      );
      checkMemoryLimit(lanes, settings);
      await Promise.all(lanes.map((lane) => lane.handle.takeOver()));
      this.#scaler.pace = await startsAtOnce();
      this.#pool.settings = settings;
      this.#scaler.serving = next;
      if (isServing) this.#onTakeOver(next);
      const old = this.lanes.filter((lane) => lane.generation !== next);
      await this.#replacer.replace(old, lanes, countListening(old), settings);
      return first;
    } catch (error) {
      if (previous === null) this.#watchdog.stop();
      if (this.#scaler.serving !== previous) {
        this.#scaler.serving = previous;
        if (previous !== null) this.#onTakeOver(previous);
        this.#pool.settings = previousSettings;
      }
      this.#giveUp(next);
      throw startError(error);
    } finally {
      this.#scaler.pace = Infinity;
    }
  }

  /** Ends the lanes of a generation that cannot start, without a loss for clients that some may serve. */
  #giveUp(generation: Generation): void {
    for (const lane of this.lanes) {
      if (lane.generation !== generation) continue;
      if (this.#scaler.serving === null || lane.isStarting) lane.handle.kill();
      else void lane.retire(this.#pool.settings);
    }
  }

  /** Changes the maximum number of lanes, which stays at least 1; returns the old and the new one. */
  scale(difference: number): { before: number; now: number } {
    return this.#scaler.scale(difference);
  }

  /** Starts missing lanes, with a delay if lanes die early. */
  fill(): void {
    this.#scaler.fill();
  }

  /** Retires surplus lanes and starts missing ones. */
  adjust(): void {
    this.#scaler.adjust();
  }

  /** Starts a replacement for a lane, then retires the lane. */
  async recycle(lane: SupervisedLane): Promise<void> {
    const listening = countListening(this.lanes);
    const next = this.#pool.launch(lane.generation, true);
    lane.isBeingReplaced = true;
    try {
      await next.handle.ready;
    } catch (error) {
      lane.isBeingReplaced = false;
      throw error;
    }
    this.totals.recycled++;
    await this.#replacer.replace([lane], [next], listening, this.#pool.settings);
  }

  /** Kills the lanes that are still starting; a start in progress fails with `reason`. */
  cancelStart(reason: Error): void {
    for (const lane of this.lanes) if (lane.state === "starting") lane.handle.kill(reason);
  }

  /** Gives up a lane that is not ready in time. That never ends a server whose other lanes serve. */
  giveUp(lane: SupervisedLane): void {
    this.#pool.giveUp(lane);
  }

  /** Kills a hung lane. */
  killHung(lane: SupervisedLane): void {
    this.#pool.killHung(lane);
    const { hung } = this.totals;
    if (lane.generation.plan.place === "thread" && hung >= this.#pool.settings.maxHungThreads) {
      this.#failed.resolve(new Error(`${hung} threads are hung and cannot be ended`));
    }
  }

  /**
   * Shuts down all lanes: they stop accepting, drain, and are killed once the
   * graceful timeout of the last reload is over. A second call joins the first.
   */
  stop(): Promise<Stop> {
    this.#watchdog.stop();
    this.#scaler.stop();
    const logDrain = (open: number) => {
      if (open > 0) this.#log.info(`Draining ${open} ${open === 1 ? "connection" : "connections"}`);
    };
    const { promise: kill } = this.#kill;
    const { gracefulTimeout } = this.#pool.settings;
    this.#stopping ??= stopLanes(() => this.lanes, gracefulTimeout, kill, logDrain);
    return this.#stopping;
  }

  /** Ends a stop at once: kills all lanes. */
  kill(): void {
    this.#kill.resolve();
  }
}

function countListening(lanes: readonly SupervisedLane[]): number {
  return lanes.filter((lane) => lane.state === "ready").length;
}

function startError(error: unknown): ExitError {
  if (error instanceof ExitError) return error;
  return new ExitError(`Cannot start a worker: ${firstLine(error)}`, EXIT.software, {
    cause: error,
  });
}
