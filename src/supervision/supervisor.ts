import { processorWait } from "../base/cpu_clock.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { availableProcessors } from "../base/processors.ts";
import type { Logger } from "../log/logger.ts";
import type { Plan } from "../modes/mode.ts";
import type { Ready } from "../places/handle.ts";
import { loadError } from "../base/load_error.ts";
import type { Work } from "./generation.ts";
import { Demand } from "./demand.ts";
import { observe } from "./flow.ts";
import { LanePool, type LanePoolOptions } from "./lane_pool.ts";
import { Recycler } from "./recycler.ts";
import { ReliefWatch } from "./relief_watch.ts";
import { LaneReplacer } from "./replace.ts";
import { Scaler, type ScalerOptions } from "./scaler.ts";
import type { SupervisionSettings } from "./settings.ts";
import { type Stop, stopLanes } from "./stop.ts";
import { Succession, type SuccessionOptions } from "./succession.ts";
import type { SupervisedLane } from "./supervised_lane.ts";
import type { Totals } from "./totals.ts";
import { Watchdog } from "./watchdog.ts";

/** How many lanes start for waiting clients at a time: in between, each waits for its files. */
const STARTS_PER_PROCESSOR = 2;

/** Options of a {@linkcode Supervisor}. */
export interface SupervisorOptions
  extends
    Omit<LanePoolOptions, "onGone">,
    Pick<ScalerOptions, "onFull">,
    Pick<SuccessionOptions, "onTakeOver"> {
  /** The number of clients in the accept queues that lanes share; null if the system does not tell. */
  readonly clientsWaiting: () => number | null;
}

/** Carries out a plan: starts, replaces, scales, reloads and stops its lanes. */
export class Supervisor {
  /** Resolves with the reason when lanes can no longer be kept alive. */
  readonly failed: Promise<Error>;
  readonly #log: Logger;
  readonly #pool: LanePool;
  readonly #scaler: Scaler;
  readonly #recycler: Recycler;
  readonly #succession: Succession;
  readonly #demand: Demand;
  readonly #relief: ReliefWatch;
  readonly #watchdog: Watchdog;
  readonly #failed = Promise.withResolvers<Error>();
  readonly #kill = Promise.withResolvers<void>();
  #stopping: Promise<Stop> | null = null;

  constructor(options: SupervisorOptions) {
    const { log, onFull, scoreboard, clientsWaiting } = options;
    const onGone = (lane: SupervisedLane, error: Error | null) =>
      this.#scaler.replaceGone(lane, error);
    this.failed = this.#failed.promise;
    this.#log = log;
    this.#pool = new LanePool({ ...options, onGone });
    this.#scaler = new Scaler({ pool: this.#pool, log, onFull, onGivenUp: this.#failed.resolve });
    this.#demand = new Demand({
      lanes: this.#scaler.lanes,
      look: () => observe(scoreboard, this.totals, clientsWaiting),
      processorWait,
      fill: (atOnce) => this.#scaler.fill(atOnce),
      setWatched: (isWatched) => scoreboard.isWatched = isWatched,
    });
    const replacer = new LaneReplacer(log, this.#scaler);
    this.#recycler = new Recycler(this.#pool, this.#scaler, replacer, log);
    this.#succession = new Succession({
      ...options,
      pool: this.#pool,
      scaler: this.#scaler,
      replacer,
    });
    this.#relief = new ReliefWatch(() => this.lanes, log);
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

  /** The plan of the serving generation, as scaled since; null before the first has started. */
  get scaledPlan(): Plan | null {
    return this.#scaler.lanes.plan;
  }

  /** Why lanes are not kept alive, while they repeatedly die early or cannot start; null otherwise. */
  get crashLoop(): Error | null {
    return this.#scaler.repeatedFailure;
  }

  /** Numbers the next generation: 0 at the start, and one more with each reload, even if it fails. */
  nextGeneration(): number {
    return this.#succession.nextNumber();
  }

  /**
   * Starts the lanes of a generation and, when all of them accept, retires those of
   * the previous one. Resolves when only the new ones accept.
   *
   * @param number From {@linkcode nextGeneration}.
   * @returns The report of the first lane.
   * @throws {ExitError} If a lane cannot start, or new ones die early while they take over
   * clients: then the previous generation keeps serving. Those of its lanes that have
   * retired are replaced, and then the new ones end.
   */
  async start(
    number: number,
    plan: Plan,
    work: Work,
    settings: SupervisionSettings,
  ): Promise<Ready> {
    await this.#recycler.pause();
    this.#demand.atOnce = STARTS_PER_PROCESSOR * await availableProcessors();
    try {
      return await this.#succession.start(number, plan, work, settings);
    } catch (error) {
      if (this.#scaler.serving === null) this.#watchdog.stop();
      throw startError(error);
    } finally {
      this.#recycler.resume();
    }
  }

  /** Changes the maximum number of lanes, which stays at least 1; returns the old and the new one. */
  scale(difference: number): { before: number; now: number } {
    return this.#scaler.scale(difference);
  }

  /** Starts missing lanes, with a delay if lanes die early, and more as clients wait for them. */
  meetDemand(): void {
    this.#scaler.fill();
    this.#demand.check();
  }

  /** Retires surplus lanes and starts missing ones. */
  adjust(): void {
    this.#scaler.adjust();
    this.#demand.check();
  }

  /** Recycles the lanes that have reached the end of their lifetime. */
  recycle(): void {
    this.#recycler.recycle();
  }

  /** Lets others accept the clients of blocked lanes. */
  relieve(): void {
    this.#relief.check();
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
    this.#demand.stop();
    this.#relief.stop();
    this.#scaler.stop();
    void this.#recycler.pause();
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

function startError(error: unknown): ExitError {
  if (error instanceof ExitError) return error;
  return new ExitError(`Cannot start a worker: ${loadError(error)}`, EXIT.software, {
    cause: error,
  });
}
