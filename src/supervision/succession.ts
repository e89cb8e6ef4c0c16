import { sleep } from "../base/timers.ts";
import type { Plan } from "../modes/mode.ts";
import type { Ready } from "../places/handle.ts";
import type { Generation, Work } from "./generation.ts";
import type { LanePool } from "./lane_pool.ts";
import { checkMemoryLimit } from "./memory_limit.ts";
import type { LaneReplacer } from "./replace.ts";
import type { Scaler } from "./scaler.ts";
import type { SupervisionSettings } from "./settings.ts";
import { SocketOrder } from "./socket_order.ts";
import { startLanes, startsAtOnce } from "./start_lanes.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** How often it is checked whether lanes can retire, in milliseconds. */
const STEP = 50;

/** Options of a {@linkcode Succession}. */
export interface SuccessionOptions {
  readonly pool: LanePool;
  readonly scaler: Scaler;
  readonly replacer: LaneReplacer;
  /**
   * Called when the lanes of a reload are about to take over the clients; with the previous
   * generation when that serves again, because the reload has failed.
   */
  readonly onTakeOver: (generation: Generation) => void;
}

/** Starts generations of lanes, each in place of the one before. */
export class Succession {
  readonly #pool: LanePool;
  readonly #scaler: Scaler;
  readonly #replacer: LaneReplacer;
  readonly #onTakeOver: (generation: Generation) => void;
  #last = -1;

  constructor({ pool, scaler, replacer, onTakeOver }: SuccessionOptions) {
    this.#pool = pool;
    this.#scaler = scaler;
    this.#replacer = replacer;
    this.#onTakeOver = onTakeOver;
  }

  /** Numbers the next generation. */
  nextNumber(): number {
    return ++this.#last;
  }

  /**
   * Starts the lanes of a generation and, when all of them accept, retires those of
   * the previous one. Resolves when only the new ones accept.
   *
   * @param number From {@linkcode nextNumber}.
   * @returns The report of the first lane.
   * @throws {Error} If a lane cannot start, or new ones die early while they take over
   * clients: then the previous generation keeps serving. Those of its lanes that have
   * retired are replaced, and then the new ones end.
   */
  async start(
    number: number,
    plan: Plan,
    work: Work,
    settings: SupervisionSettings,
  ): Promise<Ready> {
    const { startTimeout } = settings;
    const next: Generation = { number, plan, work, startTimeout };
    const { serving: previous } = this.#scaler;
    const { settings: previousSettings } = this.#pool;
    const sockets = new SocketOrder(this.#pool);
    try {
      const lanes: SupervisedLane[] = [];
      const first = await this.#startLanes(next, lanes);
      checkMemoryLimit(lanes, settings);
      await Promise.all(lanes.map((lane) => lane.handle.takeOver()));
      this.#scaler.pace = await startsAtOnce();
      this.#pool.settings = settings;
      this.#scaler.serving = next;
      if (previous !== null) this.#onTakeOver(next);
      const old = this.#pool.lanes.filter((lane) => lane.generation !== next);
      await this.#replacer.replace(old, lanes, sockets, settings);
      return first;
    } catch (error) {
      if (this.#scaler.serving !== previous) {
        this.#scaler.serving = previous;
        if (previous !== null) this.#onTakeOver(previous);
        this.#pool.settings = previousSettings;
      }
      this.#end(next);
      throw error;
    } finally {
      this.#scaler.pace = Infinity;
    }
  }

  /** @param lanes Where the launched lanes are added. */
  #startLanes(next: Generation, lanes: SupervisedLane[]): Promise<Ready> {
    const isServing = this.#scaler.serving !== null;
    const launch = () => {
      if (this.#scaler.isStopped) throw new Error("the server is stopping");
      const lane = this.#pool.launch(next, isServing);
      lane.isAwaited = true;
      lanes.push(lane);
      return lane;
    };
    return startLanes(launch, this.#scaler.initialLanes(next.plan), isServing);
  }

  /** Ends the lanes of a generation that has failed, while the one before serves again. */
  #end(failed: Generation): void {
    const isServed = this.#scaler.serving !== null;
    const lanes = this.#pool.lanes.filter((lane) => lane.generation === failed);
    if (!isServed) return lanes.forEach((lane) => lane.handle.kill());
    const { gracefulTimeout } = this.#pool.settings;
    for (const lane of lanes) if (lane.isStarting) lane.cancel(gracefulTimeout);
    this.#scaler.fill();
    void this.#retireOnceReplaced(lanes);
  }

  /** Some lanes of the serving generation may have retired for these: they serve until others have started. */
  async #retireOnceReplaced(lanes: readonly SupervisedLane[]): Promise<void> {
    while (this.#scaler.isGrowing && lanes.some((lane) => lane.isServing)) {
      await sleep(STEP);
      this.#scaler.fill();
    }
    for (const lane of lanes) void lane.retire(this.#pool.settings);
  }
}
