import { now } from "../base/clock.ts";
import type { Scoreboard } from "./scoreboard.ts";

/** How long closed connections are counted, in milliseconds. */
const WINDOW = 50;

/** Whether clients stay for moments only, so that the lanes balance themselves. */
export class Turnover {
  readonly #scoreboard: Scoreboard;
  #begun = now();
  /** The releases of connections before the window. */
  #before: number;
  /** How many connections closed in the last window. */
  #closed = 0;

  constructor(scoreboard: Scoreboard) {
    this.#scoreboard = scoreboard;
    this.#before = scoreboard.releases;
  }

  /** Called for each client: whether more connections have closed lately than are open. */
  isQuick(): boolean {
    const passed = now() - this.#begun;
    if (passed >= WINDOW) {
      const { releases } = this.#scoreboard;
      // What closed in a longer time says nothing about now. The count may wrap around.
      this.#closed = passed < 2 * WINDOW ? (releases - this.#before) | 0 : 0;
      this.#before = releases;
      this.#begun += passed;
    }
    return this.#closed > this.#scoreboard.total;
  }
}
