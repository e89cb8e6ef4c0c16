import { EXIT, ExitError } from "../base/exit.ts";
import type { Client } from "./client.ts";
import { ClientPool } from "./client_pool.ts";
import type { LoadPlan, LoadProgress, LoadResult } from "./load.ts";
import { schedulerTimes, sharesOf } from "../base/cpu_clock.ts";
import { LoadStatistics } from "./statistics.ts";

/** Milliseconds in which all connections must open. */
const OPENING_LIMIT = 30_000;
/** Milliseconds after the measured time in which its requests can still be answered. */
const GRACE = 1000;

/** Runs one load, on a thread that does nothing else meanwhile. */
export class Generator {
  readonly #plan: LoadPlan;
  readonly #onProgress: (progress: LoadProgress) => void;
  readonly #pool: ClientPool;
  #statistics = new LoadStatistics();
  #phase: LoadProgress["phase"] = "opening";
  /** The measured time; both ends are infinite until it begins. */
  #begin = Infinity;
  #end = Infinity;
  #isStopped = false;

  /**
   * @param onProgress Called at the start of each phase, and several times per second.
   * @throws {ExitError} As {@linkcode ClientPool}.
   */
  constructor(plan: LoadPlan, onProgress: (progress: LoadProgress) => void = () => {}) {
    this.#plan = plan;
    this.#onProgress = onProgress;
    this.#pool = new ClientPool(plan, {
      sent: (bytes) => {
        if (this.#phase === "measuring") this.#statistics.bytesOut += bytes;
      },
      received: (bytes) => {
        if (this.#phase === "measuring") this.#statistics.bytesIn += bytes;
      },
      responded: (client, failure) => this.#responded(client, failure),
      failed: (_client, reason) => {
        if (this.#phase === "opening") throw this.#cannotOpen(reason);
        this.#statistics.error(reason);
      },
    });
  }

  /**
   * Opens all connections, sends the load, and closes them.
   *
   * @param percentiles The percentiles of the latency curve.
   * @throws {ExitError} 69 if the server does not accept the connections.
   * @throws {Error} If it is stopped before it measures.
   */
  async run(percentiles: readonly number[]): Promise<LoadResult> {
    using pool = this.#pool;
    await this.#openAll();
    if (this.#plan.warmup > 0) {
      this.#enter("warmup");
      pool.start();
      await this.#turnUntil(pool.now + this.#plan.warmup, () => this.#isStopped);
    }
    if (this.#isStopped) throw new Error("Stopped before anything was measured");
    return await this.#measure(percentiles);
  }

  /** Ends the measured time now; {@linkcode run} returns what was measured. */
  stop(): void {
    this.#isStopped = true;
  }

  async #openAll(): Promise<void> {
    const pool = this.#pool;
    this.#enter("opening");
    pool.open();
    const isOver = () => pool.opened >= this.#plan.connections || this.#isStopped;
    await this.#turnUntil(pool.now + OPENING_LIMIT, isOver);
    if (!isOver()) throw this.#cannotOpen("timed out");
  }

  async #measure(percentiles: readonly number[]): Promise<LoadResult> {
    const pool = this.#pool;
    const statistics = this.#statistics = new LoadStatistics();
    const before = schedulerTimes();
    this.#begin = pool.now;
    this.#endAt(this.#begin + this.#plan.duration);
    this.#enter("measuring");
    // Without a warm-up, the first requests count like the others.
    if (this.#plan.warmup === 0) pool.start();
    await this.#turnUntil(this.#end, () => this.#isStopped);
    this.#endAt(pool.now);
    const milliseconds = this.#end - this.#begin;
    const { requests, bytesIn, bytesOut } = statistics;
    const generator = sharesOf(before, schedulerTimes(), milliseconds);
    this.#enter("finishing");
    pool.finish();
    await this.#turnUntil(this.#end + GRACE, () => !pool.isBusy && !pool.hasMore);
    // The latency of an unanswered request is at least the time waited for it.
    for (const due of pool.unanswered()) {
      statistics.error("unanswered");
      statistics.latency(pool.now - Math.max(due, this.#begin));
    }
    return {
      seconds: milliseconds / 1000,
      requests,
      bytes_in: bytesIn,
      bytes_out: bytesOut,
      errors: statistics.errors,
      latency: statistics.summary(percentiles),
      generator,
    };
  }

  #endAt(end: number): void {
    this.#end = end;
    this.#pool.endAt(end);
  }

  #responded({ due, isSlow }: Client, failure: string | null): void {
    const statistics = this.#statistics;
    if (failure !== null) {
      if (isSlow || due < this.#end) statistics.error(failure);
      return;
    }
    if (isSlow) return;
    statistics.requests++;
    if (due >= this.#begin && due < this.#end) statistics.latency(this.#pool.now - due);
  }

  #turnUntil(limit: number, isOver: () => boolean): Promise<void> {
    return this.#pool.turnUntil(limit, isOver, () => this.#report());
  }

  #cannotOpen(reason: string): ExitError {
    const { hostname, port, connections } = this.#plan;
    return new ExitError(
      `Cannot open ${connections} connections to ${hostname} port ${port}: ${reason}, ` +
        `${this.#pool.opened} are open`,
      EXIT.unavailable,
    );
  }

  #enter(phase: LoadProgress["phase"]): void {
    this.#phase = phase;
    this.#report();
  }

  #report(): void {
    const isMeasuring = this.#phase === "measuring";
    this.#onProgress({
      phase: this.#phase,
      requests: isMeasuring ? this.#statistics.requests : 0,
      errors: isMeasuring ? { ...this.#statistics.errors } : {},
      elapsed: Math.max(0, this.#pool.now - this.#begin),
    });
  }
}
