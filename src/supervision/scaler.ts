import type { Logger } from "../log/logger.ts";
import type { Plan } from "../modes/mode.ts";
import { Backoff } from "./backoff.ts";
import type { Generation } from "./generation.ts";
import type { LanePool } from "./lane_pool.ts";
import { scaled, wantedLanes } from "./size.ts";
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
export class Scaler {
  /** How many lanes may start at a time. */
  pace = Infinity;
  /** How many clients are about to come, besides those that are there. */
  expected = 0;
  readonly #options: ScalerOptions;
  #serving: Generation | null = null;
  #backoff = new Backoff();
  /** Lanes added by TTIN minus those removed by TTOU. */
  #extra = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isStopped = false;

  constructor(options: ScalerOptions) {
    this.#options = options;
  }

  /** The generation that serves; null before the first has started. */
  get serving(): Generation | null {
    return this.#serving;
  }

  /** Another generation does not wait for the failures of the one before. */
  set serving(generation: Generation | null) {
    this.#serving = generation;
    this.#backoff = new Backoff();
    this.#clearTimer();
  }

  /** How many lanes a generation with this plan starts with. More follow on demand. */
  initialLanes(plan: Plan): number {
    return wantedLanes(scaled(plan, this.#extra), 0, 1);
  }

  /** Whether lanes of the serving generation start or are missing. */
  get isGrowing(): boolean {
    return this.#missing() > 0 || this.#current().some(({ state }) => state === "starting");
  }

  /** How many clients the serving generation can take now besides the expected ones. */
  get room(): number {
    const idle = this.#current().filter((lane) => lane.state === "ready" && lane.hasRoom);
    return Math.max(0, idle.length - this.expected);
  }

  /** The last early death of a lane, or failure of its start, since lanes stay up. */
  get failure(): Error | null {
    return this.#backoff.lastError;
  }

  /** Changes the maximum number of lanes, which stays at least 1; returns the old and the new one. */
  scale(difference: number): { before: number; now: number } {
    const before = this.#plan()?.lanes.max ?? 0;
    this.#extra += Math.max(difference, 1 - before);
    const now = this.#plan()?.lanes.max ?? 0;
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

  /** Starts missing lanes, with a delay if lanes die early. */
  fill(): void {
    if (this.#isStopped || this.serving === null || this.#timer !== null) return;
    const { delay } = this.#backoff;
    if (delay > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#launchMissing();
      }, delay);
    } else this.#launchMissing();
    this.#options.onFull(this.#isFull());
  }

  /** Starts no more lanes. */
  stop(): void {
    this.#isStopped = true;
    this.#clearTimer();
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /**
   * Replaces a lane that is gone, unless its generation is over or lanes repeatedly
   * die early.
   *
   * @param error What ended it; null if it was told to end.
   */
  replaceGone(lane: SupervisedLane, error: Error | null): void {
    if (lane.generation !== this.serving) return;
    // Further deaths while a restart is pending belong to the same attempt.
    const isCounted = this.#timer === null;
    if (isCounted && lane.startError !== null) this.#logFailure(lane.startError);
    const isEarly = error !== null && lane.isServing && !lane.isStable;
    if (isCounted && isEarly) this.#backoff.failed(error);
    if (!this.#hasGivenUp()) this.fill();
  }

  /** Whether lanes cannot be kept alive: gives up if so. */
  #hasGivenUp(): boolean {
    const { finalError } = this.#backoff;
    if (finalError === null || this.#current().some(({ state }) => state === "ready")) return false;
    this.#options.onGivenUp(finalError);
    return true;
  }

  /** Retires lanes beyond the maximum, and surplus lanes that have been idle for long. */
  #trim(): void {
    const plan = this.#plan();
    if (plan === null) return;
    const { settings } = this.#options.pool;
    const current = this.#current();
    const isTooMany = current.length > plan.lanes.max;
    let surplus = -this.#missing();
    // Lanes that serve are worth more than those that may never be ready.
    const starting = current.filter(({ state }) => state === "starting");
    for (const lane of new Set([...starting, ...current])) {
      const isUnused = lane.idleTime >= settings.threadIdleTimeout;
      if (surplus <= 0 || !(isTooMany || isUnused)) continue;
      void lane.retire(settings);
      surplus--;
    }
  }

  #launchMissing(): void {
    const { serving } = this;
    if (serving === null || this.#isStopped) return;
    try {
      const starting = this.#current().filter(({ state }) => state === "starting").length;
      const atOnce = this.#backoff.isProbing ? 1 : this.pace;
      const count = Math.min(this.#missing(), atOnce - starting);
      for (let i = 0; i < count; i++) this.#options.pool.launch(serving, true);
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

  /** How many lanes are missing; negative if there are too many. */
  #missing(): number {
    const plan = this.#plan();
    if (plan === null) return 0;
    const current = this.#current();
    const idle = current.filter((lane) => lane.hasRoom).length;
    const busy = current.length - idle + this.expected;
    // The expected are all: they are no burst that may go on.
    return wantedLanes(plan, busy, this.expected > 0 ? 1 : idle) - current.length;
  }

  #isFull(): boolean {
    const current = this.#current();
    return current.length >= (this.#plan()?.lanes.max ?? Infinity) &&
      current.every((lane) => lane.state === "ready" && !lane.hasRoom);
  }

  /** The lanes of the serving generation that accept clients, or will once started. */
  #current(): SupervisedLane[] {
    const { lanes } = this.#options.pool;
    return lanes.filter((lane) => lane.generation === this.serving && lane.isServing);
  }

  #plan(): Plan | null {
    return this.serving === null ? null : scaled(this.serving.plan, this.#extra);
  }
}
