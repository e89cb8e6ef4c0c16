import { clock } from "../base/clock.ts";
import type { LaneCount } from "../core/resources.ts";
import type { Row } from "./row.ts";

/**
 * The right of a lane to its row. It ends before the lane does where a thread is
 * terminated or written off: that still runs for a while, when its row may belong to
 * another lane. Once the lane has noticed that, with the next client, heartbeat or
 * connection that ends, nothing of what it counts reaches the row.
 */
export class Tenancy implements LaneCount {
  readonly #row: Row;
  readonly #number: number;

  /**
   * @param row A view that the lane has to itself.
   * @param number The tenancy of the row as the lane was ordered.
   */
  constructor(row: Row, number: number) {
    this.#row = row;
    this.#number = number;
  }

  addOpen(difference: number): boolean {
    if (this.#row.addOpen(difference, this.#number)) return true;
    this.#row.leave();
    return false;
  }

  /** Whether the row is still the lane's; costs an atomic load. */
  holds(): boolean {
    if (this.#row.tenancy === this.#number) return true;
    this.#row.leave();
    return false;
  }

  /** Writes a heartbeat. */
  beat(): void {
    if (this.holds()) this.#row.set("heartbeat", clock());
  }

  /** Writes a heartbeat, and the gauges that are too expensive to update at each event. */
  beatWith(memory: number, cpuTime: number, loopDelay: number): void {
    if (!this.holds()) return;
    const time = clock();
    this.#row.set("heartbeat", time);
    this.#row.set("memory", memory);
    this.#row.set("busy", cpuTime);
    this.#row.set("busyAt", time);
    this.#row.set("loopDelay", loopDelay);
  }
}
