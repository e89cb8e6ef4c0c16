import { later } from "../base/timers.ts";
import type { Logger } from "../log/logger.ts";
import type { Plan } from "../modes/mode.ts";
import { Backoff } from "./backoff.ts";
import type { Generation } from "./generation.ts";
import type { Successors } from "./handover.ts";
import type { LanePool } from "./lane_pool.ts";
import { Outages } from "./outages.ts";
import { ServingLanes } from "./serving_lanes.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** Options of a {@linkcode Scaler}. */
export interface ScalerOptions {
  readonly pool: LanePool;
  readonly log: Logger;
  /** Called with whether there are as many lanes as the plan allows and none has room. */
  readonly onFull: (isFull: boolean) => void;
  /** Called with the last error when lanes cannot be kept alive. */
  readonly onGivenUp: (error: Error) => void;
}

/** Keeps as many lanes of the serving generation alive as its plan calls for. */
export class Scaler implements Successors {
  /** How many lanes may start at a time. */
  pace = Infinity;
  readonly lanes: ServingLanes;
  readonly #options: ScalerOptions;
  #backoff = new Backoff();
  #outages: Outages;
  /** Cancels the launch that a backoff delays. */
  #cancel: (() => void) | null = null;
  #isStopped = false;

  constructor(options: ScalerOptions) {
    this.#options = options;
    this.lanes = new ServingLanes(options.pool);
    this.#outages = new Outages(options.log);
  }

  /** The generation that serves; null before the first has started. */
  get serving(): Generation | null {
    return this.lanes.generation;
  }

  /** Another generation neither waits for the failures of the one before, nor replaces its lanes. */
  set serving(generation: Generation | null) {
    this.lanes.generation = generation;
    this.#backoff = new Backoff();
    this.#outages = new Outages(this.#options.log);
    this.#cancelLaunch();
  }

  get expected(): number | null {
    return this.lanes.expected;
  }

  set expected(clients: number | null) {
    this.lanes.expected = clients;
  }

  get isGrowing(): boolean {
    return this.lanes.missing > 0 || this.lanes.starting.length > 0;
  }

  get room(): number {
    return this.lanes.room;
  }

  /** The last early death of a lane, or failure of its start, since lanes stay up. */
  get failure(): Error | null {
    return this.#backoff.lastError;
  }

  /** The last of several such errors in a row, since lanes stay up: then it is not chance. */
  get repeatedFailure(): Error | null {
    return this.#backoff.isProbing ? this.#backoff.lastError : null;
  }

  /** Whether it starts no more lanes. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** How many lanes a generation with this plan starts with. More follow on demand. */
  initialLanes(plan: Plan): number {
    return this.lanes.initial(plan);
  }

  /** Changes the maximum number of lanes, which stays at least 1; returns the old and the new one. */
  scale(difference: number): { before: number; now: number } {
    const before = this.lanes.max;
    this.lanes.scale(difference);
    const now = this.lanes.max;
    this.fill();
    this.#trim();
    return { before, now };
  }

  /** Retires surplus lanes and starts missing ones; called once a second. */
  adjust(): void {
    const { lanes } = this.#options.pool;
    for (const lane of lanes) {
      const { readySince } = lane;
      if (lane.state !== "ready" || !lane.isStable || readySince === null) continue;
      this.#backoff.stayingUp(readySince);
    }
    this.#trim();
    this.fill();
  }

  /**
   * Starts missing lanes, with a delay if lanes die early, and reports whether all are full.
   *
   * @param atOnce How many lanes may start at a time.
   */
  fill(atOnce = this.pace): void {
    if (this.#isStopped || this.serving === null) return;
    if (this.#cancel === null) {
      // A wait while none is missing would take the death of one that is up for its own attempt.
      const delay = this.lanes.missing > 0 ? this.#backoff.delay : 0;
      this.#launchInTime(delay, Math.min(atOnce, this.pace));
    }
    this.#options.onFull(this.lanes.isFull);
  }

  #launchInTime(delay: number, pace: number): void {
    if (delay === 0) return this.#launchMissing(pace);
    this.#cancel = later(delay, () => {
      this.#cancel = null;
      this.#launchMissing(this.pace);
      this.#options.onFull(this.lanes.isFull);
    });
  }

  /** Starts no more lanes. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelLaunch();
  }

  #cancelLaunch(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /**
   * Replaces a lane that is gone, unless its generation is over or lanes repeatedly
   * die early.
   *
   * @param error What ended it; null if it was told to end.
   */
  replaceGone(lane: SupervisedLane, error: Error | null): void {
    if (lane.generation !== this.serving || this.#isStopped) return;
    const hasServed = lane.isServing && lane.readySince !== null;
    if (hasServed && (error !== null || lane.isHung)) this.#outages.begin();
    // Further deaths while a restart is pending belong to the same attempt.
    const isCounted = this.#cancel === null;
    if (isCounted && lane.startError !== null) this.#logFailure(lane.startError);
    const isEarly = error !== null && lane.isServing && !lane.isStable;
    if (isCounted && isEarly) this.#backoff.failed(error);
    if (!this.#hasGivenUp()) this.fill();
  }

  /** Whether lanes cannot be kept alive: gives up if so. */
  #hasGivenUp(): boolean {
    const { finalError } = this.#backoff;
    if (finalError === null || this.lanes.ready.length > 0) return false;
    this.#options.onGivenUp(finalError);
    return true;
  }

  /** Retires lanes beyond the maximum, and surplus lanes that have been idle for long. */
  #trim(): void {
    if (this.serving === null) return;
    const { settings } = this.#options.pool;
    const { all, starting, max } = this.lanes;
    const isTooMany = all.length > max;
    let { surplus } = this.lanes;
    // Lanes that serve are worth more than those that may never be ready.
    for (const lane of new Set([...starting, ...all])) {
      const isUnused = lane.idleTime >= settings.threadIdleTimeout;
      if (surplus <= 0 || !(isTooMany || isUnused)) continue;
      void lane.retire(settings);
      surplus--;
    }
  }

  #launchMissing(pace: number): void {
    const { serving } = this;
    if (serving === null || this.#isStopped) return;
    try {
      const atOnce = this.#backoff.isProbing ? 1 : pace;
      const count = Math.min(this.lanes.missing, atOnce - this.lanes.starting.length);
      for (let i = 0; i < count; i++) {
        void this.#outages.replace(this.#options.pool.launch(serving, true));
      }
      if (this.lanes.missing <= 0) this.#outages.end();
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.#logFailure(error);
      this.#backoff.failed(error);
      this.#hasGivenUp();
    }
  }

  #logFailure(error: Error): void {
    this.#options.log.error("Cannot start another worker yet, trying again", { error });
  }
}
