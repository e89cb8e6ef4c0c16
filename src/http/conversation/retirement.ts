import { clock } from "../../base/clock.ts";
import type { Roster } from "../../base/roster.ts";
import { everyAfterInput } from "../../base/timers.ts";
import type { Connection } from "../../core/connection.ts";

/** A conversation, as far as its end is concerned. */
export interface Retiring {
  /** Ends it if it has waited for a request for so many milliseconds; returns whether it did. */
  closeIfSilent(quiet: number): boolean;
}

/** How long a connection is silent before it is closed, in milliseconds: a request may be on its way. */
const QUIET = 1000;
/** The time in which all connections get their turn to end, in milliseconds. */
const SPREAD = 1000;
/** The number of batches in which they do. */
const BATCHES = 40;

/**
 * Ends the connections of a retiring lane. A client loses nothing if it is told first:
 * a connection ends with its next response, which says so, and is closed without one
 * only when it is silent. All that in batches, so that the clients do not all connect
 * again at once.
 */
export class Retirement {
  readonly #open: Roster<Retiring>;
  /** How many of the batches have had their turn; 0 before the lane retires. */
  #turns = 0;
  #isRunning = false;
  /** When the lane began to retire, by `clock`. */
  #start = 0;

  /** @param open The open conversations of the lane, as they come and go. */
  constructor(open: Roster<Retiring>) {
    this.#open = open;
  }

  /** Whether the next response on a connection is its last. A drain is in a hurry. */
  isTurnOf({ number, draining }: Connection): boolean {
    return this.#turns > 0 && (number % BATCHES < this.#turns || draining.aborted);
  }

  /** Starts when the lane retires. */
  start(): void {
    this.#start = clock();
    this.#turns = 1;
    this.check();
  }

  /** Goes on if there are connections; called for each new one. */
  check(): void {
    if (this.#turns === 0 || this.#isRunning || this.#open.size === 0) return;
    this.#isRunning = true;
    const size = Math.ceil(this.#open.size / BATCHES);
    this.#turns = this.#due();
    const act = () => {
      const before = this.#turns;
      // By the time that has passed: with many connections, sweeps are rarer than batches.
      this.#turns = this.#due();
      this.#closeSilent(size * (this.#turns - before));
      if (this.#open.size > 0) return;
      this.#isRunning = false;
      stop();
    };
    const stop = everyAfterInput(SPREAD / BATCHES, { sources: () => this.#open.size, act });
  }

  /** How many of the batches should have had their turn by now. */
  #due(): number {
    return 1 + Math.floor((clock() - this.#start) * BATCHES / SPREAD);
  }

  /** @param most The most connections to close. */
  #closeSilent(most: number): void {
    let closed = 0;
    for (const conversation of this.#open) {
      if (closed === most) return;
      if (conversation.closeIfSilent(QUIET)) closed++;
    }
  }
}
