import { FairClock, LEEWAY } from "../base/clock.ts";
import { Roster } from "../base/roster.ts";
import { every, everyAfterInput } from "../base/timers.ts";
import type { RequestInProgress } from "./open_connections.ts";

/** Something with deadlines: each sweep calls it, and it acts if one has passed. */
export interface Timed {
  expire(): void;
  /** Whether it looks after a connection while that writes, too, instead of the write timeout. */
  readonly timesWrites?: boolean;
  /** The request that is being served, for who looks at a connection; null if there is none. */
  readonly request?: RequestInProgress | null;
}

/** A clock that goes on by steps, at most a tick and a bit apart. */
export interface Clock {
  /** The time of the last step, in milliseconds on a monotonic clock that stands still while the lane does not run. */
  readonly now: number;
  /** Sweeps more often, for what must be noticed within a second. */
  readonly quick: Sweep;
  /** Whether what began at `since`, by this clock, has lasted `timeout` milliseconds; 0 means no limit. */
  isOver(since: number, timeout: number): boolean;
}

/** Calls its members at an interval. Its one timer runs only while there are members. */
export class Sweep {
  readonly #timed = new Roster<Timed>();
  #stop: (() => void) | null = null;

  /** @param tick Time between two sweeps in milliseconds. */
  constructor(readonly tick: number) {}

  /** Adds a member, and returns its place. */
  add(timed: Timed): number {
    this.#stop ??= every(this.tick, () => this.#sweep());
    return this.#timed.add(timed);
  }

  /** The timer runs until the next sweep, since another member may follow at once. */
  delete(timed: Timed, place: number): void {
    this.#timed.delete(timed, place);
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  #sweep(): void {
    if (this.#timed.size === 0) return this.stop();
    for (const timed of this.#timed) timed.expire();
  }
}

/** The longest time between two sweeps, in milliseconds. */
const LONGEST_TICK = 500;
/** The shortest time between two sweeps, in milliseconds. */
const SHORTEST_TICK = 25;
/** The time between two quick sweeps, in milliseconds. */
const QUICK_TICK = 100;

/**
 * The deadlines of one lane, kept by one timer: sweeping all open connections
 * costs less than setting and clearing a timer with every read.
 *
 * A deadline may be late, by up to two ticks and more while the event loop is
 * blocked, but never early: what has lasted for the timeout by this clock has really
 * lasted for it when the sweep began, and all that had arrived by then has been read.
 */
export class Deadlines implements Clock {
  /** Time between two sweeps in milliseconds. */
  readonly tick: number;
  readonly quick = new Sweep(QUICK_TICK);
  readonly #clock = new FairClock();
  readonly #timed = new Roster<Timed>();
  readonly #stop: () => void;
  /** When the wait for input began, by this clock. */
  #begun = this.now;
  /** The latest time by this clock of which all input has been read. */
  #heard = this.now;

  /** @param shortest The shortest timeout in use, in milliseconds; 0 if there is none. */
  constructor(shortest: number) {
    this.tick = shortest === 0
      ? LONGEST_TICK
      : Math.min(LONGEST_TICK, Math.max(SHORTEST_TICK, shortest / 4));
    this.#stop = everyAfterInput(this.tick, {
      sources: () => this.#timed.size,
      woke: (pause) => this.#clock.step(pause),
      begin: () => this.#begun = this.now,
      act: () => this.#sweep(),
    });
  }

  get now(): number {
    return this.#clock.now;
  }

  /** Stops the sweeps. */
  stop(): void {
    this.#stop();
    this.quick.stop();
  }

  isOver(since: number, timeout: number): boolean {
    // What began just before a step of the clock counts from the step before.
    return timeout > 0 && this.#heard - since >= timeout + this.tick + LEEWAY;
  }

  /** Adds something with deadlines, and returns its place among them. */
  add(timed: Timed): number {
    return this.#timed.add(timed);
  }

  delete(timed: Timed, place: number): void {
    this.#timed.delete(timed, place);
  }

  #sweep(): void {
    this.#heard = this.#begun;
    for (const timed of this.#timed) timed.expire();
  }
}
