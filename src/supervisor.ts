import { EXIT, ExitError } from "./exit.ts";
import type { Logger } from "./log.ts";
import type { Exit, Place, Ready } from "./places/place.ts";
import type { Plan } from "./plan.ts";
import type { Scoreboard } from "./scoreboard.ts";
import { Backoff } from "./supervision/backoff.ts";
import { heartbeatFor } from "./supervision/pulse.ts";
import type { SupervisionSettings } from "./supervision/settings.ts";
import { wantedLanes } from "./supervision/size.ts";
import { type Stop, stopLanes } from "./supervision/stop.ts";
import { type Generation, TendedLane } from "./supervision/tended_lane.ts";
import { Totals } from "./supervision/totals.ts";
import { Watch } from "./supervision/watch.ts";

/** What the lanes of a generation are told, as far as it is the same for all. */
export type Work = Omit<Generation["work"], "heartbeat">;

/** What a supervisor works with. */
export interface SupervisorOptions {
  readonly place: Place;
  readonly scoreboard: Scoreboard;
  readonly log: Logger;
  readonly settings: SupervisionSettings;
  /** Called with whether there is a lane, of as many as there may be, that could take a connection. */
  readonly onFull: (isFull: boolean) => void;
}

/** Keeps a plan true: starts, watches, replaces, scales, reloads and stops its lanes. */
export class Supervisor {
  readonly totals = new Totals();
  /** Resolves when the plan cannot be kept: why. */
  readonly failed: Promise<Error>;
  readonly #options: SupervisorOptions;
  readonly #lanes = new Set<TendedLane>();
  readonly #backoff = new Backoff();
  readonly #failed = Promise.withResolvers<Error>();
  readonly #kill = Promise.withResolvers<void>();
  readonly #heartbeat: number;
  #settings: SupervisionSettings;
  #serving: Generation | null = null;
  #lastGeneration = -1;
  #lastLane = -1;
  /** Lanes that TTIN and TTOU have added or taken away. */
  #extra = 0;
  #filling: ReturnType<typeof setTimeout> | null = null;
  #watch: Watch | null = null;
  #stopping: Promise<Stop> | null = null;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#heartbeat = heartbeatFor(options.settings.workerTimeout);
    this.failed = this.#failed.promise;
  }

  /** The lanes that are alive. */
  get lanes(): readonly TendedLane[] {
    return [...this.#lanes];
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
   * Starts the lanes of a plan.
   *
   * @returns What the first of them says.
   * @throws {ExitError} If one cannot start; those that did are stopped.
   */
  async start(plan: Plan, work: Work): Promise<Ready> {
    const ready = await this.#begin(plan, work);
    this.#watch = new Watch(this, this.#options.log, this.#heartbeat);
    return ready;
  }

  /**
   * Starts a new generation, and retires the old one once all of the new accept.
   *
   * @throws {Error} If one lane cannot start: then the old generation goes on.
   */
  async reload(
    plan: Plan,
    work: Work,
    settings: SupervisionSettings,
  ): Promise<Ready> {
    const ready = await this.#begin(plan, work);
    this.#settings = settings;
    for (const lane of this.#lanes) {
      if (lane.generation !== this.#serving) lane.retire(settings);
    }
    return ready;
  }

  /** Adds or takes away lanes: how many there may be before and now, one at least. */
  scale(difference: number): { before: number; now: number } {
    const before = this.#planNow()?.lanes.max ?? 0;
    this.#extra += Math.max(difference, 1 - before);
    const now = this.#planNow()?.lanes.max ?? 0;
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
    const current = this.#current();
    const plan = this.#planNow();
    if (plan === null) return;
    const busy = current.filter((lane) => !lane.isIdle).length;
    let surplus = current.length - wantedLanes(plan, busy, current.length - busy);
    const isTooMany = current.length > plan.lanes.max;
    for (const lane of current) {
      const isUnused = lane.idleTime >= this.#settings.threadIdleTimeout;
      if (surplus <= 0 || !(isTooMany || isUnused)) continue;
      lane.retire(this.#settings);
      surplus--;
    }
  }

  /** Starts another lane in the place of one, and then retires that. */
  async recycle(lane: TendedLane): Promise<void> {
    lane.isLeaving = true;
    try {
      await this.#launch(lane.generation).handle.ready;
    } catch (error) {
      lane.isLeaving = false;
      throw error;
    }
    this.totals.recycled++;
    lane.retire(this.#settings);
  }

  /** Gives up a lane that is stuck. */
  giveUp(lane: TendedLane): void {
    const { place } = lane.generation.plan;
    this.totals.hung++;
    if (place === "thread") this.#options.scoreboard.close(lane.row, "hung");
    lane.handle.abandon();
    const left = this.totals.hung;
    if (place === "thread" && left >= this.#settings.maxHungThreads) {
      this.#failed.resolve(new Error(`${left} threads are stuck, and cannot be stopped`));
    }
  }

  /** Lanes live: those that died early before are forgiven. */
  forgive(): void {
    this.#backoff.succeeded();
  }

  /**
   * Closes the door, drains, and kills at the deadline. A second call joins the
   * first.
   *
   * @param gracefulTimeout Milliseconds that connections have to end by themselves.
   */
  stop(gracefulTimeout: number): Promise<Stop> {
    this.#watch?.stop();
    if (this.#filling !== null) clearTimeout(this.#filling);
    this.#stopping ??= stopLanes(() => this.lanes, gracefulTimeout, this.#kill.promise);
    return this.#stopping;
  }

  /** Cuts a stop short: what is still open is closed at once. */
  kill(): void {
    this.#kill.resolve();
  }

  async #begin(
    plan: Plan,
    work: Work,
  ): Promise<Ready> {
    const next: Generation = {
      number: ++this.#lastGeneration,
      plan,
      work: { ...work, heartbeat: this.#heartbeat },
    };
    const lanes: TendedLane[] = [];
    try {
      for (let i = 0; i < wantedLanes(this.#scaled(plan), 0, 1); i++) {
        lanes.push(this.#launch(next));
      }
      const [first] = await Promise.all(lanes.map((lane) => lane.handle.ready));
      if (first === undefined) throw new Error("Cannot start: the plan has no lanes");
      this.#serving = next;
      return first;
    } catch (error) {
      for (const lane of lanes) lane.handle.abandon();
      throw error;
    }
  }

  #launch(generation: Generation): TendedLane {
    const { place, scoreboard } = this.#options;
    const row = scoreboard.claim(generation.number);
    if (row === null) {
      throw new ExitError(
        `Cannot start another worker: ${this.#lanes.size} are alive, wait until old ones retire`,
        EXIT.software,
      );
    }
    const takeOver = this.#serving !== null;
    const lane = ++this.#lastLane;
    const order = {
      ...generation.work,
      lane,
      generation: generation.number,
      row: row.index,
      takeOver,
    };
    const tended = new TendedLane(place, order, row, generation, this.#settings, this.#heartbeat);
    this.#lanes.add(tended);
    void this.#tend(tended);
    return tended;
  }

  async #tend(lane: TendedLane): Promise<void> {
    let error: Error | null = null;
    try {
      await lane.handle.ready;
      lane.becameReady(this.#settings);
    } catch (cause) {
      error = cause instanceof Error ? cause : new Error(String(cause));
    }
    const exit = await lane.gone;
    this.#bury(lane, exit, error);
  }

  #bury(lane: TendedLane, exit: Exit, bootError: Error | null): void {
    const { scoreboard, log } = this.#options;
    const { hasLived, row, isServing } = lane;
    const { open } = row;
    this.totals.keep(row);
    this.#lanes.delete(lane);
    if (row.state !== "hung") scoreboard.close(row, "free");
    const error = exit.kind === "crashed" ? exit.error : bootError;
    if (exit.kind === "crashed") {
      this.totals.crashed++;
      log.error("Worker crashed: its connections are closed, another takes its place", {
        "sluice.worker": lane.number,
        "sluice.worker.pid": lane.handle.pid,
        "sluice.connections.cut": open,
        error: exit.error,
      });
    }
    if (lane.generation !== this.#serving) return;
    if (error !== null && !hasLived && isServing) this.#backoff.failed(error);
    const { hopeless } = this.#backoff;
    if (hopeless !== null && !this.#current().some((other) => other.state === "ready")) {
      this.#failed.resolve(hopeless);
    } else this.fill();
  }

  #launchMissing(): void {
    const plan = this.#planNow();
    if (this.#serving === null || plan === null || this.#stopping !== null) return;
    const current = this.#current();
    const busy = current.filter((lane) => !lane.isIdle).length;
    const missing = wantedLanes(plan, busy, current.length - busy) - current.length;
    try {
      for (let i = 0; i < missing; i++) this.#launch(this.#serving);
    } catch (error) {
      this.#options.log.error("Cannot replace a worker", {
        error: error instanceof Error ? error : String(error),
      });
    }
  }

  #isFull(): boolean {
    const current = this.#current();
    const plan = this.#planNow();
    return plan !== null && current.length >= plan.lanes.max &&
      current.every((lane) => lane.state === "ready" && !lane.isIdle);
  }

  /** The lanes of the serving generation that take connections, or will. */
  #current(): TendedLane[] {
    return this.lanes.filter((lane) => lane.generation === this.#serving && lane.isServing);
  }

  #planNow(): Plan | null {
    return this.#serving === null ? null : this.#scaled(this.#serving.plan);
  }

  #scaled(plan: Plan): Plan {
    const { min, max, spare } = plan.lanes;
    const isFixed = min === max;
    const most = Math.max(1, max + this.#extra);
    return { ...plan, lanes: { min: isFixed ? most : Math.min(min, most), max: most, spare } };
  }
}
