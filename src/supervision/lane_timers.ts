/** The timers of a lane, which end with it. */
export class LaneTimers {
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  #isOver = false;

  /** Acts after a time, unless the lane ends before. */
  after(milliseconds: number, act: () => void): void {
    this.keep(() => setTimeout(act, milliseconds));
  }

  /** Starts a timer, unless the lane is gone. */
  keep(start: () => ReturnType<typeof setTimeout>): void {
    if (!this.#isOver) this.#timers.push(start());
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
    this.#timers.forEach(clearTimeout);
  }
}
