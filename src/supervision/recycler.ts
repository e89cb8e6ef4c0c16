import type { Logger } from "../log/logger.ts";
import { Backoff } from "./backoff.ts";
import type { LanePool } from "./lane_pool.ts";
import type { LaneReplacer } from "./replace.ts";
import type { Scaler } from "./scaler.ts";
import { SocketOrder } from "./socket_order.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** Recycles lanes that have reached the end of their lifetime, one at a time, so that most keep serving. */
export class Recycler {
  readonly #pool: LanePool;
  readonly #scaler: Scaler;
  readonly #replacer: LaneReplacer;
  readonly #log: Logger;
  readonly #backoff = new Backoff();
  /** When the next lane may be recycled, by `performance.now()`. */
  #next = 0;
  /** The recycling in progress; null if there is none. */
  #running: Promise<void> | null = null;
  /** Rejects to give up the replacement that starts; null before the first. */
  #giveUp: PromiseWithResolvers<never> | null = null;
  #isPaused = false;

  constructor(pool: LanePool, scaler: Scaler, replacer: LaneReplacer, log: Logger) {
    this.#pool = pool;
    this.#scaler = scaler;
    this.#replacer = replacer;
    this.#log = log;
  }

  /** Recycles the lanes that have reached the end of their lifetime; called once a second. */
  recycle(): void {
    if (this.#running !== null || performance.now() < this.#next) return;
    const due = new Map<SupervisedLane, string>();
    for (const lane of this.#pool.lanes) {
      const reason = this.#mayRecycle(lane) ? lane.lifetime?.reasonToEnd() ?? null : null;
      if (reason !== null) due.set(lane, reason);
    }
    if (due.size > 0) this.#running = this.#recycleAll(due).finally(() => this.#running = null);
  }

  /**
   * Recycles no lane until {@linkcode resume} is called: what replaces all lanes must not
   * meet with what replaces one. Gives up a replacement that still starts; resolves once
   * none is in progress.
   */
  async pause(): Promise<void> {
    this.#isPaused = true;
    this.#giveUp?.reject(new Error("it is no longer needed"));
    await this.#running;
  }

  resume(): void {
    this.#isPaused = false;
  }

  /**
   * Whether a lane can be replaced now. Those of an old generation are about to retire, and
   * another one of these would stay; while lanes die early, those that live are worth keeping.
   */
  #mayRecycle({ isServing, generation }: SupervisedLane): boolean {
    const isServed = isServing && generation === this.#scaler.serving;
    const isQuiet = !this.#isPaused && this.#scaler.failure === null;
    return isServed && isQuiet && generation.plan.place !== "here";
  }

  /** Recycles one lane after another, until that fails. */
  async #recycleAll(due: ReadonlyMap<SupervisedLane, string>): Promise<void> {
    for (const [lane, reason] of due) {
      // Much may have changed while the one before was recycled.
      if (this.#mayRecycle(lane) && !await this.#tryToRecycle(lane, reason)) return;
    }
  }

  /** @returns Whether it is recycled. */
  async #tryToRecycle(lane: SupervisedLane, reason: string): Promise<boolean> {
    const attributes = { "sluice.worker": lane.number };
    try {
      await this.#recycle(lane);
      this.#backoff.stayingUp(performance.now());
      this.#log.info(`Worker recycled: ${reason}`, attributes);
      return true;
    } catch (error) {
      if (this.#isPaused) return false;
      this.#backoff.failed(error instanceof Error ? error : new Error(String(error)));
      this.#next = performance.now() + this.#backoff.delay;
      this.#log.error("Cannot recycle a worker yet: keeping the old one", {
        ...attributes,
        error: error instanceof Error ? error : String(error),
      });
      return false;
    }
  }

  /**
   * Starts a replacement for a lane, then retires the lane.
   *
   * @throws {Error} If nothing has taken the place of the lane, which serves on.
   */
  async #recycle(lane: SupervisedLane): Promise<void> {
    const { settings, totals } = this.#pool;
    const sockets = new SocketOrder(this.#pool);
    const next = this.#pool.launch(lane.generation, true);
    const giveUp = this.#giveUp = Promise.withResolvers<never>();
    lane.isBeingReplaced = true;
    try {
      await Promise.race([next.handle.ready, giveUp.promise]);
      await this.#replacer.replace([lane], [next], sockets, settings);
    } catch (error) {
      lane.isBeingReplaced = false;
      if (next.isServing && !lane.isServing) return void totals.recycled++;
      if (this.#isPaused && next.isStarting) next.cancel(settings.gracefulTimeout);
      if (next.state === "ready") void next.retire(settings);
      throw error;
    }
    totals.recycled++;
  }
}
