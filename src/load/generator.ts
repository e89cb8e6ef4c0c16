import { EXIT, ExitError } from "../base/exit.ts";
import type { Client } from "./client.ts";
import { Crowd } from "./client_pool.ts";
import type { LoadPlan, LoadProgress, LoadResult } from "./load.ts";
import { schedulerTimes, sharesOf } from "../base/cpu_clock.ts";
import { Tally } from "./statistics.ts";

/** How long opening all connections may take, in milliseconds. */
const OPENING_LIMIT = 30_000;
/** How long requests of the measured time are waited for after it, in milliseconds. */
const GRACE = 1000;

/** Runs one load, in this thread, which has nothing else to do meanwhile. */
export class Generator {
  readonly #plan: LoadPlan;
  readonly #onProgress: (progress: LoadProgress) => void;
  readonly #crowd: Crowd;
  #tally = new Tally();
  #phase: LoadProgress["phase"] = "opening";
  /** When the measured time begins and ends; both infinite until it has begun. */
  #begin = Infinity;
  #end = Infinity;
  #isStopped = false;

  /**
   * @param onProgress Called when a phase begins, and some times a second.
   * @throws {ExitError} 69 or 77 where the system does not allow it.
   */
  constructor(plan: LoadPlan, onProgress: (progress: LoadProgress) => void = () => {}) {
    this.#plan = plan;
    this.#onProgress = onProgress;
    this.#crowd = new Crowd(plan, {
      sent: (bytes) => {
        if (this.#phase === "measuring") this.#tally.bytesOut += bytes;
      },
      received: (bytes) => {
        if (this.#phase === "measuring") this.#tally.bytesIn += bytes;
      },
      answered: (client, failure) => this.#answered(client, failure),
      failed: (_client, reason) => {
        if (this.#phase === "opening") throw this.#cannotOpen(reason);
        this.#tally.error(reason);
      },
    });
  }

  /**
   * Opens all connections, loads, and closes them.
   *
   * @param percentiles Those of the curve of latencies.
   * @throws {ExitError} 69 when the server does not take the connections.
   * @throws {Error} When it is stopped before anything is measured.
   */
  async run(percentiles: readonly number[]): Promise<LoadResult> {
    using crowd = this.#crowd;
    await this.#openAll();
    if (this.#plan.warmup > 0) {
      this.#enter("warmup");
      crowd.start();
      await this.#turnUntil(crowd.now + this.#plan.warmup, () => this.#isStopped);
    }
    if (this.#isStopped) throw new Error("Stopped before anything was measured");
    return await this.#measure(percentiles);
  }

  /** Ends the measured time now; {@linkcode run} gives what there is. */
  stop(): void {
    this.#isStopped = true;
  }

  async #openAll(): Promise<void> {
    const crowd = this.#crowd;
    this.#enter("opening");
    crowd.open();
    const isOver = () => crowd.opened >= this.#plan.connections || this.#isStopped;
    await this.#turnUntil(crowd.now + OPENING_LIMIT, isOver);
    if (!isOver()) throw this.#cannotOpen("timed out");
  }

  async #measure(percentiles: readonly number[]): Promise<LoadResult> {
    const crowd = this.#crowd;
    const tally = this.#tally = new Tally();
    const before = schedulerTimes();
    this.#begin = crowd.now;
    this.#endAt(this.#begin + this.#plan.duration);
    this.#enter("measuring");
    // Without a warm-up the first requests count like the others.
    if (this.#plan.warmup === 0) crowd.start();
    await this.#turnUntil(this.#end, () => this.#isStopped);
    this.#endAt(crowd.now);
    const milliseconds = this.#end - this.#begin;
    const { requests, bytesIn, bytesOut } = tally;
    const generator = sharesOf(before, schedulerTimes(), milliseconds);
    this.#enter("finishing");
    crowd.rest();
    await this.#turnUntil(this.#end + GRACE, () => !crowd.isBusy && !crowd.hasMore);
    // What nobody answered has taken at least as long as it was waited for.
    for (const due of crowd.unanswered()) {
      tally.error("unanswered");
      tally.latency(crowd.now - Math.max(due, this.#begin));
    }
    return {
      seconds: milliseconds / 1000,
      requests,
      bytes_in: bytesIn,
      bytes_out: bytesOut,
      errors: tally.errors,
      latency: tally.summary(percentiles),
      generator,
    };
  }

  #endAt(end: number): void {
    this.#end = end;
    this.#crowd.endAt(end);
  }

  #answered({ due, isSlow }: Client, failure: string | null): void {
    const tally = this.#tally;
    if (failure !== null) {
      if (isSlow || due < this.#end) tally.error(failure);
      return;
    }
    if (isSlow) return;
    tally.requests++;
    if (due >= this.#begin && due < this.#end) tally.latency(this.#crowd.now - due);
  }

  #turnUntil(limit: number, isOver: () => boolean): Promise<void> {
    return this.#crowd.turnUntil(limit, isOver, () => this.#report());
  }

  #cannotOpen(reason: string): ExitError {
    const { hostname, port, connections } = this.#plan;
    return new ExitError(
      `Cannot open ${connections} connections to ${hostname} port ${port}: ${reason}, ` +
        `after ${this.#crowd.opened} were open`,
      EXIT.unavailable,
    );
  }

  #enter(phase: LoadProgress["phase"]): void {
    this.#phase = phase;
    this.#report();
  }

  #report(): void {
    this.#onProgress({
      phase: this.#phase,
      requests: this.#phase === "measuring" ? this.#tally.requests : 0,
      elapsed: Math.max(0, this.#crowd.now - this.#begin),
    });
  }
}
