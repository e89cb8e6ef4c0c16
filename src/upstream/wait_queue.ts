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
 * Why waiting was in vain: there was no place in time, the queue was full, the client has left,
 * or the queue was closed.
 */
export type InVain = "late" | "shed" | "left" | "closed";

/** What a client waits for. */
export interface Wish<T extends object> {
  /** Takes a place; null if there is none for this client. */
  readonly take: () => T | null;
  /** Whether there may be places for others when there is none for this client. */
  readonly isPicky: boolean;
}

interface Waiter<T extends object> {
  readonly wish: Wish<T>;
  readonly deadline: number;
  readonly resolve: (outcome: T | InVain) => void;
  hasEnded: boolean;
  previous: Waiter<T> | null;
  next: Waiter<T> | null;
}

/**
 * Clients that wait for a backend, in the order in which they came: nobody loses a place in the
 * queue to those behind. Joining and leaving take constant time. One timer keeps all deadlines,
 * and runs only while somebody waits.
 */
export class WaitQueue<T extends object> {
  readonly #limits: WaitLimits;
  readonly #timer = new FairTimer((_now, heard) => this.#expire(heard));
  #first: Waiter<T> | null = null;
  #last: Waiter<T> | null = null;
  #length = 0;
  #isClosed = false;

  constructor(limits: WaitLimits) {
    this.#limits = limits;
  }

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  /**
   * Waits for a place.
   *
   * @param signal Aborts once the client has left.
   * @returns What was taken by {@linkcode serve}, or why nothing was.
   */
  async wait(wish: Wish<T>, signal?: AbortSignal): Promise<T | InVain> {
    if (this.#isClosed) return "closed";
    if (signal?.aborted) return "left";
    if (this.#length >= this.#limits.size && !this.#shed()) return "shed";
    const { promise, resolve } = Promise.withResolvers<T | InVain>();
    const waiter = this.#join(wish, resolve);
    const leave = () => this.#dismiss(waiter, "left");
    signal?.addEventListener("abort", leave);
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  /** Gives a place, if there is one, to who has waited longest. False if nobody got any. */
  serve(): boolean {
    for (let waiter = this.#first; waiter !== null; waiter = waiter.next) {
      const taken = waiter.wish.take();
      if (taken !== null) {
        this.#dismiss(waiter, taken);
        return true;
      }
      if (!waiter.wish.isPicky) return false;
    }
    return false;
  }

  /** Turns all away, and those who are still to come. */
  close(): void {
    this.#isClosed = true;
    while (this.#first !== null) this.#dismiss(this.#first, "closed");
  }

  /** Makes room; false if who has just come is the one to turn away. */
  #shed(): boolean {
    if (this.#limits.shed === "newest" || this.#first === null) return false;
    this.#dismiss(this.#first, "shed");
    return true;
  }

  #join(wish: Wish<T>, resolve: (outcome: T | InVain) => void): Waiter<T> {
    const { timeout } = this.#limits;
    const deadline = timeout === 0 ? Infinity : this.#timer.read() + timeout;
    const waiter: Waiter<T> = {
      wish,
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

  #dismiss(waiter: Waiter<T>, outcome: T | InVain): void {
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
