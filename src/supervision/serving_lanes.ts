import type { Plan } from "../modes/mode.ts";
import type { Generation } from "./generation.ts";
import type { LanePool } from "./lane_pool.ts";
import { scaled, wantedLanes } from "./size.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** The lanes of the serving generation: how many there are, and how many there should be. */
export class ServingLanes {
  /** Null before the first has started. */
  generation: Generation | null = null;
  /** How many clients are about to come, besides those that are there. */
  expected = 0;
  readonly #pool: LanePool;
  /** Lanes added by TTIN minus those removed by TTOU. */
  #extra = 0;

  constructor(pool: LanePool) {
    this.#pool = pool;
  }

  /** The lanes that accept clients, or will once started; oldest first. */
  get all(): SupervisedLane[] {
    return this.#pool.lanes.filter((lane) => lane.generation === this.generation && lane.isServing);
  }

  get starting(): SupervisedLane[] {
    return this.all.filter(({ state }) => state === "starting");
  }

  get ready(): SupervisedLane[] {
    return this.all.filter(({ state }) => state === "ready");
  }

  /** How many lanes a generation with this plan starts with. More follow on demand. */
  initial(plan: Plan): number {
    return wantedLanes(scaled(plan, this.#extra), 0, 1);
  }

  /** The most lanes that there may be. */
  get max(): number {
    return this.#plan?.lanes.max ?? 0;
  }

  /** Changes the maximum, which stays at least 1. */
  scale(difference: number): void {
    if (this.generation === null) return;
    const lowest = 1 - this.generation.plan.lanes.max;
    // A reload may have brought a plan with fewer lanes than have been removed.
    this.#extra = Math.max(lowest, Math.max(lowest, this.#extra) + difference);
  }

  /** How many lanes are missing; negative if there are too many. */
  get missing(): number {
    const plan = this.#plan;
    if (plan === null) return 0;
    const { all } = this;
    const idle = all.filter((lane) => lane.hasRoom).length;
    const busy = all.length - idle + this.expected;
    // The expected are all: they are no burst that may go on.
    return wantedLanes(plan, busy, this.expected > 0 ? 1 : idle) - all.length;
  }

  /** How many clients they can take now besides the expected ones. */
  get room(): number {
    return Math.max(0, this.ready.filter((lane) => lane.hasRoom).length - this.expected);
  }

  /** Whether there are as many as there may be, and none has room. */
  get isFull(): boolean {
    const { all } = this;
    return this.generation !== null && all.length >= this.max &&
      all.every((lane) => lane.state === "ready" && !lane.hasRoom);
  }

  get #plan(): Plan | null {
    return this.generation === null ? null : scaled(this.generation.plan, this.#extra);
  }
}
