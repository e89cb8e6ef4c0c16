import { later } from "../../base/timers.ts";
import { within } from "../../base/within.ts";
import type { Logger } from "../../log/logger.ts";
import type { Notice } from "./alert.ts";
import type { Delivery, Destination } from "./destination.ts";
import type { Spool } from "./spool.ts";

/** The wait after the first failure, in milliseconds; doubles with each further one. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
/** How long a notice waits at most to be written to the disk before it is sent, in milliseconds. */
const LONGEST_WRITE = 1000;
/** The longest wait that a destination can ask for. */
const LONGEST_ASKED = 3_600_000;

const lateWrite = () => new Error("The disk is slow");

/** Delivers the notices of one destination, in order, one at a time, each until it has it. */
export class Courier {
  readonly #destination: Destination;
  readonly #spool: Spool;
  readonly #log: Logger;
  readonly #random: () => number;
  readonly #abort = new AbortController();
  /** Ends a wait; null while there is none. */
  #endWait: (() => void) | null = null;
  #running: Promise<void> | null = null;
  /** Failures in a row. */
  #failures = 0;

  /** @param random From 0 to 1, for jitter. */
  constructor(destination: Destination, spool: Spool, log: Logger, random = Math.random) {
    this.#destination = destination;
    this.#spool = spool;
    this.#log = log;
    this.#random = random;
  }

  /** Delivers what waits, unless it is doing so. */
  wake(): void {
    if (this.#abort.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      // What came between the last look and the end.
      if (this.#spool.next(this.#destination.id) !== null) this.wake();
    });
  }

  /** Whether the last try has failed, and the next one is not due. */
  get isWaiting(): boolean {
    return this.#endWait !== null;
  }

  /** Resolves when nothing waits any more, or it was stopped. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Gives up at once; what waits stays in the spool. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#endWait?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { id, maxTries } = this.#destination;
    const { signal } = this.#abort;
    let tries = 0;
    for (let notice = this.#spool.next(id); notice !== null; notice = this.#spool.next(id)) {
      if (signal.aborted) return;
      // Otherwise the next server would not know of it, should this one be killed right after.
      await within(LONGEST_WRITE, this.#spool.flush(), lateWrite).catch(() => {});
      if (signal.aborted) return;
      const delivery = await this.#destination.deliver(notice, signal);
      tries++;
      if (delivery.kind === "failed" && tries < maxTries) {
        // What fails since it was stopped is no failure of the destination.
        if (signal.aborted) return;
        await this.#retryLater(delivery.reason, delivery.retryAfter);
        continue;
      }
      tries = 0;
      this.#end(notice, delivery);
    }
  }

  #end(notice: Notice, delivery: Delivery): void {
    const { id, label } = this.#destination;
    const attributes = { "sluice.alert.key": notice.alert.key, "sluice.alert.destination": label };
    if (delivery.kind === "delivered") {
      if (this.#failures > 0) this.#log.info("Alerts are delivered again", attributes);
      this.#failures = 0;
    } else {
      this.#log.error("Cannot deliver an alert, it is dropped", {
        ...attributes,
        "sluice.alert.reason": delivery.reason,
      });
    }
    this.#spool.done(notice.id, id);
  }

  async #retryLater(reason: string, retryAfter: number | null): Promise<void> {
    if (this.#failures === 0) {
      this.#log.warn("Cannot deliver alerts, retrying", {
        "sluice.alert.destination": this.#destination.label,
        "sluice.alert.reason": reason,
      });
    }
    const whole = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++);
    const own = whole * (1 - this.#random() / 2);
    await this.#wait(Math.max(own, Math.min(retryAfter ?? 0, LONGEST_ASKED)));
  }

  async #wait(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = later(milliseconds, resolve);
    this.#endWait = resolve;
    await promise;
    cancel();
    this.#endWait = null;
  }
}
