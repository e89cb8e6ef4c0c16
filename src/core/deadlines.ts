import { every } from "../base/timers.ts";

/** Something with deadlines: it is asked at each sweep, and acts if its time has come. */
export interface Timed {
  expire(): void;
}

/** The time, as of the last sweep. */
export interface Clock {
  /** Milliseconds. */
  readonly now: number;
  /** Whether something stamped with `now` at `since` has lasted `timeout` ms; a timeout of 0 never ends. */
  isOver(since: number, timeout: number): boolean;
}

/** The longest time between two sweeps, in milliseconds. */
const LONGEST_TICK = 1000;
/** The shortest time between two sweeps, in milliseconds. */
const SHORTEST_TICK = 25;

/**
 * The deadlines of one lane, kept by one timer: a sweep over what is open costs
 * less than a timer for each read, which is set and cleared with every message.
 * A deadline is therefore late by up to two ticks, and never early.
 */
export class Deadlines implements Clock {
  /** Milliseconds of a monotonic clock, as of the last sweep. */
  now = performance.now();
  /** Milliseconds between two sweeps: how old {@linkcode now} may be. */
  readonly tick: number;
  readonly #timed = new Set<Timed>();
  /** Ends the sweeps. */
  readonly stop: () => void;

  /** @param shortest The shortest deadline that is asked for, in milliseconds; 0 is none. */
  constructor(shortest: number) {
    this.tick = shortest === 0
      ? LONGEST_TICK
      : Math.min(LONGEST_TICK, Math.max(SHORTEST_TICK, shortest / 4));
    this.stop = every(this.tick, () => this.#sweep());
  }

  /** Whether something stamped with `now` at `since` has lasted `timeout` ms; a timeout of 0 never ends. */
  isOver(since: number, timeout: number): boolean {
    return timeout > 0 && this.now - since >= timeout + this.tick;
  }

  add(timed: Timed): void {
    this.#timed.add(timed);
  }

  delete(timed: Timed): void {
    this.#timed.delete(timed);
  }

  #sweep(): void {
    this.now = performance.now();
    for (const timed of this.#timed) timed.expire();
  }
}
