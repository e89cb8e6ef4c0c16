import type { Row } from "../lane/scoreboard.ts";

/** What the watchdog thinks of a lane. */
export type Health = "alive" | "suspect" | "hung";

/** The part of the timeout after which a lane is suspect. */
const SUSPECT = 1 / 10;
/** Signs of life are this many to the time in which a lane becomes suspect. */
const BEATS = 2;
const LONGEST_BEAT = 500;
const SHORTEST_BEAT = 25;

/** Milliseconds between two signs of life, for a timeout. */
export function heartbeatFor(workerTimeout: number): number {
  if (workerTimeout === 0) return LONGEST_BEAT;
  return Math.min(LONGEST_BEAT, Math.max(SHORTEST_BEAT, workerTimeout * SUSPECT / BEATS));
}

/**
 * The pulse of one lane. Time counts only as far as the watchdog itself was
 * awake: when the whole process was stopped, nobody could give a sign of life.
 */
export class Pulse {
  readonly #row: Row;
  readonly #timeout: number;
  readonly #longestLook: number;
  #last: number;
  #looked = performance.now();
  /** Milliseconds without a sign of life. */
  age = 0;

  /**
   * @param timeout Milliseconds without a sign of life after which a lane is hung; 0 is never.
   * @param look Milliseconds between two looks.
   */
  constructor(row: Row, timeout: number, look: number) {
    this.#row = row;
    this.#timeout = timeout;
    this.#longestLook = look * 3;
    this.#last = row.get("heartbeat");
  }

  /** Milliseconds without a sign of life after which a lane is suspect. */
  get suspectAfter(): number {
    return this.#timeout === 0 ? Infinity : this.#timeout * SUSPECT;
  }

  look(now = performance.now()): Health {
    const beat = this.#row.get("heartbeat");
    this.age = beat === this.#last ? this.age + Math.min(now - this.#looked, this.#longestLook) : 0;
    this.#last = beat;
    this.#looked = now;
    if (this.age < this.suspectAfter) return "alive";
    return this.age < this.#timeout ? "suspect" : "hung";
  }
}
