import { quickClock } from "../base/quick_clock.ts";
import type { Meter } from "../http/conversation/conversation_context.ts";
import type { Measures } from "./measures.ts";

/** Counts the HTTP responses of a lane, and how long they took, in its row of the scoreboard. */
export class LaneMeter implements Meter {
  readonly now: () => number = quickClock();
  readonly #measures: Measures;

  constructor(measures: Measures) {
    this.#measures = measures;
    measures.beginMeasuring();
  }

  answered(method: string, status: number, started: number): void {
    this.#measures.answered(method, status, this.now() - started);
  }
}
