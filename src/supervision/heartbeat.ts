import { every } from "../base/timers.ts";
import type { Row } from "../lane/row.ts";

/** The health of a lane, judged by its heartbeats. */
export type Health = "alive" | "suspect" | "hung";

/** The fraction of the timeout after which a lane without a heartbeat is suspect. */
const SUSPECT = 1 / 10;
/** Heartbeats a healthy lane sends before it would be suspect. */
const HEARTBEATS = 2;
/** Bounds of the interval between two heartbeats, in milliseconds. */
export const LONGEST_INTERVAL = 500;
const SHORTEST_INTERVAL = 25;
/** Milliseconds between two looks for the next heartbeat. */
const STEP = 50;

/**
 * The interval between two heartbeats of a lane.
 *
 * @param workerTimeout Milliseconds without a heartbeat after which a lane is hung; 0 is never.
 * @returns Milliseconds.
 */
export function heartbeatInterval(workerTimeout: number): number {
  if (workerTimeout === 0) return LONGEST_INTERVAL;
  const interval = workerTimeout * SUSPECT / HEARTBEATS;
  return Math.min(LONGEST_INTERVAL, Math.max(SHORTEST_INTERVAL, interval));
}

/**
 * Watches the heartbeat of one lane. Time counts only while the watchdog itself
 * is running: if the whole process was stopped, no lane could send a heartbeat.
 */
export class HeartbeatMonitor {
  readonly #row: Row;
  readonly #timeout: number;
  readonly #longestGap: number;
  readonly #first: number;
  #last: number;
  #checked = performance.now();
  /** Milliseconds since the last heartbeat. */
  age = 0;

  /**
   * @param timeout Milliseconds without a heartbeat after which the lane is hung; 0 is never.
   * @param interval Milliseconds between two checks.
   */
  constructor(row: Row, timeout: number, interval: number) {
    this.#row = row;
    this.#timeout = timeout;
    this.#longestGap = interval * 3;
    this.#first = row.get("heartbeat");
    this.#last = this.#first;
  }

  /** The time of the last heartbeat, or of the start of the lane. */
  get last(): number {
    return this.#row.get("heartbeat");
  }

  /** Whether the lane has sent any heartbeat. */
  get hasBegun(): boolean {
    return this.last !== this.#first;
  }

  /** Acts when there has been a heartbeat after the one at `last`; returns a function that looks for it no longer. */
  whenAfter(last: number, act: () => void): () => void {
    const stop = every(STEP, () => {
      if (this.last === last) return;
      stop();
      act();
    });
    return stop;
  }

  /** Milliseconds without a heartbeat after which the lane is suspect. */
  get suspectAfter(): number {
    return this.#timeout === 0 ? Infinity : this.#timeout * SUSPECT;
  }

  /** Reads the heartbeat; called at every interval. */
  check(now = performance.now()): Health {
    const last = this.#row.get("heartbeat");
    this.age = last === this.#last ? this.age + Math.min(now - this.#checked, this.#longestGap) : 0;
    this.#last = last;
    this.#checked = now;
    if (this.age < this.suspectAfter) return "alive";
    return this.age < this.#timeout ? "suspect" : "hung";
  }
}
