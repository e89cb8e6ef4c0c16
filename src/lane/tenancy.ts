import { clock } from "../base/clock.ts";
import type { LaneCount } from "../core/resources.ts";
import type { Row } from "./row.ts";

/**
 * The right of a lane to its row. It ends before the lane does where a thread is
 * terminated or written off: that still runs for a while, when its row may belong to
 * another lane.
 */
export class Tenancy implements LaneCount {
  readonly #row: Row;
  readonly #number: number;

  /** @param number The tenancy of the row as the lane was ordered. */
  constructor(row: Row, number: number) {
    this.#row = row;
    this.#number = number;
  }

  addOpen(difference: number): boolean {
    return this.#row.addOpen(difference, this.#number);
  }

  /** Writes a heartbeat. */
  beat(): void {
    if (!this.#isOver) this.#row.set("heartbeat", clock());
  }

  /** Writes a heartbeat, and the gauges that are too expensive to update at each event. */
  beatWith(memory: number, cpuTime: number): void {
    if (this.#isOver) return;
    this.#row.set("heartbeat", clock());
    this.#row.set("memory", memory);
    this.#row.set("busy", cpuTime);
  }

  get #isOver(): boolean {
    return this.#row.tenancy !== this.#number;
  }
}
