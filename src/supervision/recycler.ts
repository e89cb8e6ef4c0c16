import type { Logger } from "../log/logger.ts";
import { Backoff } from "./backoff.ts";
import type { LanePool } from "./lane_pool.ts";
import type { LaneReplacer } from "./replace.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** Recycles lanes that have reached the end of their lifetime, one at a time, so that most keep serving. */
export class Recycler {
  readonly #pool: LanePool;
  readonly #replacer: LaneReplacer;
  readonly #log: Logger;
  readonly #backoff = new Backoff();
  #isRecycling = false;
  /** When the next lane may be recycled, by `performance.now()`. */
  #next = 0;

  constructor(pool: LanePool, replacer: LaneReplacer, log: Logger) {
    this.#pool = pool;
    this.#replacer = replacer;
    this.#log = log;
  }

  /** Called once a second. */
  async recycleOne(): Promise<void> {
    if (this.#isRecycling || performance.now() < this.#next) return;
    for (const lane of this.#pool.lanes) {
      const canEnd = lane.isServing && lane.generation.plan.place !== "here";
      const reason = canEnd ? lane.lifetime?.reasonToEnd() ?? null : null;
      if (reason === null || this.#isRecycling) continue;
      this.#isRecycling = true;
      await this.#tryToRecycle(lane, reason);
      this.#isRecycling = false;
    }
  }

  async #tryToRecycle(lane: SupervisedLane, reason: string): Promise<void> {
    const attributes = { "sluice.worker": lane.number };
    try {
      await this.#recycle(lane);
      this.#backoff.stayingUp(performance.now());
      this.#log.info(`Worker recycled: ${reason}`, attributes);
    } catch (error) {
      this.#backoff.failed(error instanceof Error ? error : new Error(String(error)));
      this.#next = performance.now() + this.#backoff.delay;
      this.#log.error("Cannot recycle a worker yet: keeping the old one", {
        ...attributes,
        error: error instanceof Error ? error : String(error),
      });
    }
  }

  /** Starts a replacement for a lane, then retires the lane. */
  async #recycle(lane: SupervisedLane): Promise<void> {
    const { lanes, settings, totals } = this.#pool;
    const listening = lanes.filter(({ state }) => state === "ready").length;
    const next = this.#pool.launch(lane.generation, true);
    lane.isBeingReplaced = true;
    try {
      await next.handle.ready;
    } catch (error) {
      lane.isBeingReplaced = false;
      throw error;
    }
    totals.recycled++;
    await this.#replacer.replace([lane], [next], listening, settings);
  }
}
