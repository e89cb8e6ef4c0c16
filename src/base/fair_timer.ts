import { FairClock } from "./clock.ts";
import { laterAfterInput } from "./timers.ts";

/** The shortest pause, in milliseconds: deadlines that are nearer to each other are one. */
const SHORTEST = 10;

/**
 * One timer for many deadlines, with a clock that stands still while something blocks the event
 * loop. It wakes its owner at the earliest time that it was set to, and is then no longer set.
 */
export class FairTimer {
  readonly #clock = new FairClock();
  readonly #wake: (now: number, heard: number) => void;
  #stop: (() => void) | null = null;
  /** Infinity if it is not set. */
  #wakeTime = Infinity;

  /**
   * @param wake Gets the time, and the latest time of which the program has received all that
   * had arrived: a deadline after that is not over yet. Both in milliseconds by this clock.
   */
  constructor(wake: (now: number, heard: number) => void) {
    this.#wake = wake;
  }

  /** Reads the clock, in milliseconds. */
  read(): number {
    this.#clock.step(this.#wakeTime - this.#clock.now);
    return this.#clock.now;
  }

  /** Sets it to a time by its clock, unless it is set to an earlier one. May be 20 ms late. */
  set(time: number): void {
    if (time >= this.#wakeTime) return;
    const now = this.read();
    this.stop();
    this.#wakeTime = Math.max(time, now + SHORTEST);
    this.#stop = laterAfterInput(this.#wakeTime - now, () => this.#fire());
  }

  /** Wakes nobody until it is set again. */
  stop(): void {
    this.#stop?.();
    this.#stop = null;
    this.#wakeTime = Infinity;
  }

  #fire(): void {
    const now = this.read();
    const heard = Math.min(now, this.#wakeTime);
    this.#stop = null;
    this.#wakeTime = Infinity;
    this.#wake(now, heard);
  }
}
