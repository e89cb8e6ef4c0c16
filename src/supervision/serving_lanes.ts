import type { Plan } from "../modes/mode.ts";
import type { Generation } from "./generation.ts";
import type { LanePool } from "./lane_pool.ts";
import { scaled, wantedLanes } from "./size.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** A connection that lasts longer than this is taken to stay, in milliseconds. */
const STAYING = 20;

/** The lanes of the serving generation: how many there are, and how many there should be. */
export class ServingLanes {
  /** Null before the first has started. */
  generation: Generation | null = null;
  /** How many clients are about to come, besides those that are there; null while none go over. */
  expected: number | null = null;
  /** How many clients have waited too long for a lane. */
  waiting = 0;
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
    return wantedLanes(scaled(plan, this.#extra), 0);
  }

  /** The most lanes that there may be. */
  get max(): number {
    return this.plan?.lanes.max ?? 0;
  }

  /** The plan of the generation, with the lanes that were added and removed; null before the first. */
  get plan(): Plan | null {
    return this.generation === null ? null : scaled(this.generation.plan, this.#extra);
  }

  /** Changes the maximum, which stays at least 1. */
  scale(difference: number): void {
    if (this.generation === null) return;
    const lowest = 1 - this.generation.plan.lanes.max;
    // A reload may have brought a plan with fewer lanes than have been removed.
    this.#extra = Math.max(lowest, Math.max(lowest, this.#extra) + difference);
  }

  /**
   * How many lanes are missing. A short connection calls for none: its lane has room
   * again before another one could start. Clients that go over from other lanes stay.
   */
  get missing(): number {
    const plan = this.plan;
    if (plan === null) return 0;
    const { all, expected } = this;
    const staying = all.filter((lane) => lane.serviceTime >= STAYING).length;
    const taken = expected === null ? staying : this.#busy + expected;
    // Those with room are about to take as many.
    const least = this.waiting > 0 ? this.#busy + this.waiting : 0;
    return Math.max(0, wantedLanes(plan, taken, least) - all.length);
  }

  /** How many lanes there are beyond those that are busy or spare. */
  get surplus(): number {
    const plan = this.plan;
    if (plan === null) return 0;
    return Math.max(0, this.all.length - wantedLanes(plan, this.#busy + (this.expected ?? 0)));
  }

  /** Whether fewer are idle than the plan has spare ones, while there may be more. */
  get isShort(): boolean {
    const plan = this.plan;
    if (plan === null || plan.lanes.min === plan.lanes.max) return false;
    const idle = this.ready.filter((lane) => lane.hasRoom).length;
    return idle < Math.max(1, plan.lanes.spare) && this.all.length < plan.lanes.max;
  }

  /** How many clients they can take now besides the expected ones. */
  get room(): number {
    return Math.max(0, this.ready.filter((lane) => lane.hasRoom).length - (this.expected ?? 0));
  }

  /** Whether there are as many as there may be, and none has room. */
  get isFull(): boolean {
    const { all } = this;
    return this.generation !== null && all.length >= this.max &&
      all.every((lane) => lane.state === "ready" && !lane.hasRoom);
  }

  /** How many have no room for another connection. */
  get #busy(): number {
    return this.all.filter((lane) => !lane.hasRoom).length;
  }
}
