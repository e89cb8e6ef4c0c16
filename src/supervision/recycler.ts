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

  /** Recycles a lane that has reached the end of its lifetime; called once a second. */
  recycleOne(): void {
    if (this.#isPaused || this.#running !== null || performance.now() < this.#next) return;
    // While lanes die early, those that live are worth keeping.
    if (this.#scaler.failure !== null) return;
    for (const lane of this.#pool.lanes) {
      const reason = this.#reasonToEnd(lane);
      if (reason === null) continue;
      this.#running = this.#tryToRecycle(lane, reason).finally(() => this.#running = null);
      return;
    }
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

  /** Lanes of an old generation are about to retire: another one of these would stay. */
  #reasonToEnd(lane: SupervisedLane): string | null {
    const { isServing, generation, lifetime } = lane;
    const canEnd = isServing && generation === this.#scaler.serving;
    return canEnd && generation.plan.place !== "here" ? lifetime?.reasonToEnd() ?? null : null;
  }

  async #tryToRecycle(lane: SupervisedLane, reason: string): Promise<void> {
    const attributes = { "sluice.worker": lane.number };
    try {
      await this.#recycle(lane);
      this.#backoff.stayingUp(performance.now());
      this.#log.info(`Worker recycled: ${reason}`, attributes);
    } catch (error) {
      if (this.#isPaused) return;
      this.#backoff.failed(error instanceof Error ? error : new Error(String(error)));
      this.#next = performance.now() + this.#backoff.delay;
      this.#log.error("Cannot recycle a worker yet: keeping the old one", {
        ...attributes,
        error: error instanceof Error ? error : String(error),
      });
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
