import { FairTimer } from "../base/fair_timer.ts";

/** How long clients may wait, and how many. */
export interface WaitLimits {
  /** The most clients that wait; with 0, none does. */
  readonly size: number;
  /** The most that each waits, in milliseconds; 0 for no limit. */
  readonly timeout: number;
  /** Who is turned away when the queue is full: who has just come, or who has waited longest. */
  readonly shed: "newest" | "oldest";
}

/**
 * How waiting has ended: a place is free, there was none in time, the queue was full, the client
 * has left, or the queue was closed.
 */
export type WaitOutcome = "ready" | "late" | "shed" | "left" | "closed";

interface Waiter {
  readonly deadline: number;
  readonly resolve: (outcome: WaitOutcome) => void;
  hasEnded: boolean;
  previous: Waiter | null;
  next: Waiter | null;
}

/**
 * Clients that wait for a backend, in the order in which they came. Joining and leaving take
 * constant time. One timer keeps all deadlines, and runs only while somebody waits.
 */
export class WaitQueue {
  readonly #limits: WaitLimits;
  readonly #timer = new FairTimer((_now, heard) => this.#expire(heard));
  #first: Waiter | null = null;
  #last: Waiter | null = null;
  #length = 0;

  constructor(limits: WaitLimits) {
    this.#limits = limits;
  }

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  /**
   * Waits for a place. Who is "ready" and does not use it calls {@linkcode wake}, or the next
   * one would wait for nothing.
   *
   * @param signal Aborts once the client has left.
   */
  async wait(signal?: AbortSignal): Promise<WaitOutcome> {
    if (signal?.aborted) return "left";
    if (this.#length >= this.#limits.size && !this.#shed()) return "shed";
    const { promise, resolve } = Promise.withResolvers<WaitOutcome>();
    const waiter = this.#join(resolve);
    const leave = () => this.#dismiss(waiter, "left");
    signal?.addEventListener("abort", leave);
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  /** A place has become free: lets in who has waited longest. False if nobody waits. */
  wake(): boolean {
    if (this.#first === null) return false;
    this.#dismiss(this.#first, "ready");
    return true;
  }

  /** Turns all away. */
  close(): void {
    while (this.#first !== null) this.#dismiss(this.#first, "closed");
  }

  /** Makes room; false if who has just come is the one to turn away. */
  #shed(): boolean {
    if (this.#limits.shed === "newest" || this.#first === null) return false;
    this.#dismiss(this.#first, "shed");
    return true;
  }

  #join(resolve: (outcome: WaitOutcome) => void): Waiter {
    const { timeout } = this.#limits;
    const deadline = timeout === 0 ? Infinity : this.#timer.read() + timeout;
    const waiter: Waiter = {
      deadline,
      resolve,
      hasEnded: false,
      previous: this.#last,
      next: null,
    };
    if (this.#last === null) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
    this.#length++;
    this.#timer.set(deadline);
    return waiter;
  }

  #dismiss(waiter: Waiter, outcome: WaitOutcome): void {
    // Who was let in may leave before it has noticed.
    if (waiter.hasEnded) return;
    waiter.hasEnded = true;
    const { previous, next } = waiter;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    this.#length--;
    if (this.#first === null) this.#timer.stop();
    waiter.resolve(outcome);
  }

  /** All have the same timeout, so who has waited longest is the first to be late. */
  #expire(heard: number): void {
    while (this.#first !== null && this.#first.deadline <= heard) {
      this.#dismiss(this.#first, "late");
    }
    if (this.#first !== null) this.#timer.set(this.#first.deadline);
  }
}
