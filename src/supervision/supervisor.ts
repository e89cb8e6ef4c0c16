import { EXIT, ExitError } from "../base/exit.ts";
import type { Ready } from "../places/handle.ts";
import type { Plan } from "../modes/mode.ts";
import { formatSize } from "../settings/units.ts";
import { Backoff } from "./backoff.ts";
import { LanePool, type LanePoolOptions } from "./lane_pool.ts";
import type { SupervisionSettings } from "./settings.ts";
import { scaled, wantedLanes } from "./size.ts";
import { replaceLanes } from "./replace.ts";
import { type Stop, stopLanes } from "./stop.ts";
import type { Generation, SupervisedLane, Work } from "./supervised_lane.ts";
import type { Totals } from "./totals.ts";
import { Watchdog } from "./watchdog.ts";

/** What a supervisor works with. */
export interface SupervisorOptions extends Omit<LanePoolOptions, "onGone"> {
  /** Called with whether all lanes that there may be are there, and have no room. */
  readonly onFull: (isFull: boolean) => void;
}

/** Keeps a plan true: starts, replaces, scales, reloads and stops its lanes. */
export class Supervisor {
  /** Resolves when the plan cannot be kept: why. */
  readonly failed: Promise<Error>;
  readonly #options: SupervisorOptions;
  readonly #pool: LanePool;
  readonly #watchdog: Watchdog;
  readonly #backoff = new Backoff();
  readonly #failed = Promise.withResolvers<Error>();
  readonly #kill = Promise.withResolvers<void>();
  #serving: Generation | null = null;
  #lastGeneration = -1;
  /** Lanes that TTIN and TTOU have added or taken away. */
  #extra = 0;
  #filling: ReturnType<typeof setTimeout> | null = null;
  #stopping: Promise<Stop> | null = null;
  #hasWarned = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#pool = new LanePool({ ...options, onGone: (lane, error) => this.#replace(lane, error) });
    this.#watchdog = new Watchdog(this, options.log, this.#pool.heartbeatInterval);
    this.failed = this.#failed.promise;
  }

  /** The lanes that are alive, oldest first. */
  get lanes(): readonly SupervisedLane[] {
    return this.#pool.lanes;
  }

  /** Threads that hang and cannot be ended. */
  get hungThreads(): readonly SupervisedLane[] {
    return this.#pool.hungThreads;
  }

  get totals(): Totals {
    return this.#pool.totals;
  }

  /** The number of the generation that serves. */
  get generation(): number {
    return this.#serving?.number ?? 0;
  }

  /** The number of the generation that was started last; it may have failed. */
  get lastGeneration(): number {
    return this.#lastGeneration;
  }

  /**
   * Starts a generation: its lanes, and when all of them accept, retires those of
   * the generation before. Resolves when only the new ones take connections.
   *
   * @returns What the first of them says.
   * @throws {ExitError} If one cannot start: then those that did are stopped, and
   * the generation before goes on.
   */
  async start(plan: Plan, work: Work, settings: SupervisionSettings): Promise<Ready> {
    const next: Generation = { number: ++this.#lastGeneration, plan, work };
    const lanes: SupervisedLane[] = [];
    try {
      const count = wantedLanes(scaled(plan, this.#extra), 0, 1);
      while (lanes.length < count) lanes.push(this.#pool.launch(next, this.#serving !== null));
      const [first] = await Promise.all(lanes.map((lane) => lane.handle.ready));
      if (first === undefined) throw new Error("Cannot start: the plan has no lanes");
      checkMemory(lanes, settings);
      this.#pool.settings = settings;
      this.#serving = next;
      const old = this.lanes.filter((lane) => lane.generation !== next);
      await this.#replaceLanes(old, lanes, countListening(old));
      return first;
    } catch (error) {
      if (this.#serving === null) this.#watchdog.stop();
      for (const lane of lanes) lane.handle.kill();
      if (error instanceof ExitError) throw error;
      const [reason] = String(error instanceof Error ? error.message : error).split("\n");
      throw new ExitError(`Cannot start a worker: ${reason}`, EXIT.software, { cause: error });
    }
  }

  /** Adds or takes away lanes: how many there may be before and now, one at least. */
  scale(difference: number): { before: number; now: number } {
    const before = this.#plan()?.lanes.max ?? 0;
    this.#extra += Math.max(difference, 1 - before);
    const now = this.#plan()?.lanes.max ?? 0;
    this.fill();
    this.trim();
    return { before, now };
  }

  /** Starts what lanes are missing, after a while if lanes die early. */
  fill(): void {
    if (this.#stopping !== null || this.#serving === null || this.#filling !== null) return;
    const { delay } = this.#backoff;
    if (delay > 0) {
      this.#filling = setTimeout(() => {
        this.#filling = null;
        this.#launchMissing();
      }, delay);
    } else this.#launchMissing();
    this.#options.onFull(this.#isFull());
  }

  /** Retires lanes beyond the maximum, and those that have been idle for long and are not needed. */
  trim(): void {
    const plan = this.#plan();
    if (plan === null) return;
    const { settings } = this.#pool;
    const current = this.#current();
    const isTooMany = current.length > plan.lanes.max;
    let surplus = -this.#missing();
    for (const lane of current) {
      const isUnused = lane.idleTime >= settings.threadIdleTimeout;
      if (surplus <= 0 || !(isTooMany || isUnused)) continue;
      void lane.retire(settings);
      surplus--;
    }
  }

  /** Starts another lane in the place of one, and then retires that. */
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
    await this.#replaceLanes([lane], [next], listening);
  }

  /** Kills a lane that hangs. */
  killHung(lane: SupervisedLane): void {
    this.#pool.killHung(lane);
    const { hung } = this.totals;
    if (lane.generation.plan.place === "thread" && hung >= this.#pool.settings.maxHungThreads) {
      this.#failed.resolve(new Error(`${hung} threads are hung and cannot be ended`));
    }
  }

  /** Resets the backoff: lanes are staying up. */
  resetBackoff(): void {
    this.#backoff.reset();
  }

  /**
   * Shuts down all lanes: they stop accepting, drain, and are killed at the
   * deadline. A second call joins the first.
   *
   * @param gracefulTimeout Milliseconds until the deadline.
   */
  stop(gracefulTimeout: number): Promise<Stop> {
    this.#watchdog.stop();
    if (this.#filling !== null) clearTimeout(this.#filling);
    this.#stopping ??= stopLanes(() => this.lanes, gracefulTimeout, this.#kill.promise);
    return this.#stopping;
  }

  /** Ends a stop at once: kills all lanes. */
  kill(): void {
    this.#kill.resolve();
  }

  /** A lane is gone: another takes its place, unless its time was over, or it is finalError. */
  #replace(lane: SupervisedLane, error: Error | null): void {
    if (lane.generation !== this.#serving) return;
    // While others wait to be started anew, one more that dies is of the same attempt.
    const isEarly = error !== null && lane.isServing && !lane.isStable;
    if (isEarly && this.#filling === null) this.#backoff.failed(error);
    const { finalError } = this.#backoff;
    const isAlone = !this.#current().some((other) => other.state === "ready" && other !== lane);
    if (finalError !== null && isAlone) this.#failed.resolve(finalError);
    else this.fill();
  }

  async #replaceLanes(
    old: readonly SupervisedLane[],
    fresh: readonly SupervisedLane[],
    listening: number,
  ): Promise<void> {
    const isSafe = await replaceLanes(old, fresh, listening, this.#pool.settings);
    if (isSafe || this.#hasWarned) return;
    this.#hasWarned = true;
    this.#options.log.warn(
      "Clients that connect while a process is replaced can be reset: allow all to the program, " +
        "or set net.ipv4.tcp_migrate_req",
    );
  }

  #launchMissing(): void {
    const serving = this.#serving;
    if (serving === null || this.#stopping !== null) return;
    try {
      for (let missing = this.#missing(); missing > 0; missing--) this.#pool.launch(serving, true);
    } catch (error) {
      this.#options.log.error("Cannot replace a worker", {
        error: error instanceof Error ? error : String(error),
      });
    }
  }

  /** How many lanes are wanted beyond those that there are; negative when there are more. */
  #missing(): number {
    const plan = this.#plan();
    if (plan === null) return 0;
    const current = this.#current();
    const idle = current.filter((lane) => lane.hasRoom).length;
    return wantedLanes(plan, current.length - idle, idle) - current.length;
  }

  #isFull(): boolean {
    const current = this.#current();
    return current.length >= (this.#plan()?.lanes.max ?? Infinity) &&
      current.every((lane) => lane.state === "ready" && !lane.hasRoom);
  }

  /** The lanes of the serving generation that take connections, or will. */
  #current(): SupervisedLane[] {
    return this.lanes.filter((lane) => lane.generation === this.#serving && lane.isServing);
  }

  #plan(): Plan | null {
    return this.#serving === null ? null : scaled(this.#serving.plan, this.#extra);
  }
}

function countListening(lanes: readonly SupervisedLane[]): number {
  return lanes.filter((lane) => lane.state === "ready").length;
}

/** A limit that the workers exceed as soon as they start would have them replaced for ever. */
function checkMemory(
  lanes: readonly SupervisedLane[],
  { maxWorkerMemory }: SupervisionSettings,
): void {
  const memory = Math.max(...lanes.map((lane) => lane.row.get("memory")));
  if (maxWorkerMemory === null || memory <= maxWorkerMemory) return;
  throw new ExitError(
    `Cannot keep workers below --max-worker-memory ${formatSize(maxWorkerMemory)}: ` +
      `found ${
        Math.ceil(memory / 1024 ** 2)
      }mb in one that has just started, expected a limit above`,
    EXIT.config,
  );
}
