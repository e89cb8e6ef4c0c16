import { later } from "../../base/timers.ts";
import type { Logger } from "../../log/logger.ts";

/** Milliseconds between two warnings of failed tokens. */
const QUIET = 10_000;
/** How long the answer to a failed token waits at least and at most, in milliseconds. */
const SHORTEST_WAIT = 200;
const LONGEST_WAIT = 2000;
/** Milliseconds without a failure after which the wait is short again. */
const FORGET = 60_000;

/** Logs requests with a wrong token, and makes guessing slow. */
export class FailedTokens {
  readonly #log: Logger;
  #count = 0;
  #last = -Infinity;
  /** When the last failure may be answered. */
  #end = -Infinity;
  /** When the last warning was logged, and how many failures none has told of. */
  #warned = -Infinity;
  #untold = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Whether a failure still waits for its answer. */
  get isWaiting(): boolean {
    return performance.now() < this.#end;
  }

  /** Notes a failure; resolves when it may be answered: each one later than the one before. */
  async note(peer: string): Promise<void> {
    const now = performance.now();
    if (now - this.#last > FORGET) this.#count = 0;
    this.#last = now;
    this.#count++;
    this.#untold++;
    if (now - this.#warned >= QUIET) {
      this.#warned = now;
      this.#log.warn("A client of the admin port has sent a wrong token", {
        "client.address": peer,
        "sluice.admin.failures": this.#untold,
      });
      this.#untold = 0;
    }
    const wait = Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** Math.min(this.#count - 1, 10));
    this.#end = now + wait;
    await new Promise<void>((resolve) => later(wait, resolve));
  }
}
