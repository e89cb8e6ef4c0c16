import { later } from "../base/timers.ts";

/** The timers of a lane, which end with it. */
export class LaneTimers {
  readonly #stops: (() => void)[] = [];
  #isOver = false;

  /** Acts after a time, unless the lane ends before. */
  after(milliseconds: number, act: () => void): void {
    this.keep(() => later(milliseconds, act));
  }

  /** Starts a timer, unless the lane is gone; `start` returns a function that stops it. */
  keep(start: () => () => void): void {
    if (!this.#isOver) this.#stops.push(start());
  }

  /** Waits for a reply, but no longer than some milliseconds. */
  async patiently(reply: Promise<unknown>, milliseconds: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    this.after(milliseconds, resolve);
    await Promise.race([reply, late]);
  }

  /** Ends all timers; no more are started. */
  end(): void {
    this.#isOver = true;
    for (const stop of this.#stops) stop();
  }
}
