import type { LaneState, Row } from "../lane/row.ts";
import type { Exit, LaneHandle } from "../places/handle.ts";
import type { Generation } from "./generation.ts";
import { HeartbeatMonitor } from "./heartbeat.ts";
import { IdleTime, ServiceTime, StartTime } from "./lane_times.ts";
import { LaneTimers } from "./lane_timers.ts";
import { Lifetime } from "./lifetime.ts";
import type { SupervisionSettings } from "./settings.ts";

/** How long a service may keep running after its connections are closed, in milliseconds. */
export const KILL_PATIENCE = 500;
/** How long a lane may take to confirm that it stopped accepting, in milliseconds. */
const REPLY_PATIENCE = 1000;
/** How long a lane that is no longer needed may go on with its start, in milliseconds. */
export const OPEN_PATIENCE = 3000;
/** A lane that exits later than this after it was ready did not die early, in milliseconds. */
const STABLE_AFTER = 1000;

/**
 * The supervisor's view of a lane. There are three ways to end it: `retire` (no new
 * clients, end with the last one), `shutDown` (drain with a deadline) and `kill`
 * (at once).
 */
export class SupervisedLane {
  readonly handle: LaneHandle;
  readonly row: Row;
  readonly generation: Generation;
  readonly number: number;
  readonly heartbeat: HeartbeatMonitor;
  /** Null until the lane is ready. */
  lifetime: Lifetime | null = null;
  /** The file descriptors of listening sockets that its process has to itself, once it is ready. */
  sockets: readonly number[] = [];
  /** Whether missed heartbeats have been logged. */
  isSuspect = false;
  /** Whether a replacement has been started. */
  isBeingReplaced = false;
  /** Why it was never ready; null if it was, crashed, or was told to end. */
  startError: Error | null = null;
  /** Whether its start is part of one that reports why it fails. */
  isAwaited = false;
  /** Whether it was killed because it hung. A thread survives that. */
  isHung = false;
  /** Whether its thread is stuck in the start, and cannot be ended. */
  isStuck = false;
  /** Whether it was killed because it did not end in time, though its connections were to be closed. */
  isOverdue = false;
  /** Whether it was told to end before it was ready. */
  isCancelled = false;
  /** Resolves when the lane is gone. */
  readonly gone: Promise<Exit>;
  /** Whether its row may belong to another lane. */
  #hasLeftRow = false;
  readonly #timers = new LaneTimers();
  #readySince: number | null = null;
  readonly #startTime = new StartTime();
  readonly #idleTime = new IdleTime();
  readonly #serviceTime = new ServiceTime();

  /** @param interval Milliseconds between two heartbeats. */
  constructor(
    handle: LaneHandle,
    number: number,
    row: Row,
    generation: Generation,
    settings: SupervisionSettings,
    interval: number,
  ) {
    this.row = row;
    this.generation = generation;
    this.number = number;
    this.heartbeat = new HeartbeatMonitor(row, settings.workerTimeout, interval);
    this.handle = handle;
    this.gone = handle.exited;
    void this.gone.then(() => this.#timers.end());
  }

  /** Its state; "free" once it has left its row. */
  get state(): LaneState {
    return this.#hasLeftRow ? "free" : this.row.state;
  }

  #enter(state: LaneState): void {
    if (!this.#hasLeftRow) this.row.state = state;
  }

  /** Leaves its row to others: whoever still knows this lane can no longer change the row. */
  leaveRow(): void {
    this.#hasLeftRow = true;
  }

  /** Whether it accepts clients, or will once started. */
  get isServing(): boolean {
    const isNeeded = !this.isBeingReplaced && !this.isCancelled;
    return isNeeded && (this.state === "ready" || this.state === "starting");
  }

  /** Milliseconds without a connection, as far as periodic checks can tell. */
  get idleTime(): number {
    return this.#idleTime.check(this.row);
  }

  /** Milliseconds with the same connection, as far as periodic checks can tell. */
  get serviceTime(): number {
    return this.#serviceTime.check(this.row);
  }

  /**
   * Whether it accepts no clients yet. One that has accepted a client is ready, though
   * its report may be on the way, and waits while this thread or the machine is busy.
   */
  get isStarting(): boolean {
    const { row } = this;
    return this.state === "starting" && row.get("accepted") === 0 && row.open === 0;
  }

  /** Whether it can serve one more connection. */
  get hasRoom(): boolean {
    return this.row.open < this.generation.plan.connections;
  }

  /** When it became ready, by `performance.now()`; null before. */
  get readySince(): number | null {
    return this.#readySince;
  }

  /**
   * Whether it has not become ready in time.
   *
   * @param longestGap The longest time between two calls that counts, in milliseconds.
   */
  isLate(longestGap: number, now = performance.now()): boolean {
    return this.#startTime.isOver(this.generation.startTimeout, longestGap, now);
  }

  /** Whether it has served a client or stayed up for a while, so that its death is not an early one. */
  get isStable(): boolean {
    if (this.row.get("accepted") > 0) return true;
    return this.#readySince !== null && performance.now() - this.#readySince >= STABLE_AFTER;
  }

  markReady(settings: SupervisionSettings): void {
    if (this.state === "starting") this.#enter("ready");
    this.#readySince = performance.now();
    this.lifetime = new Lifetime(this.row, settings);
  }

  /**
   * Leaves new clients to other lanes and ends with the last connection; shuts down
   * after the retire timeout. Resolves when the lane has stopped accepting or does
   * not reply.
   */
  async retire({ retireTimeout, gracefulTimeout }: SupervisionSettings): Promise<void> {
    if (!await this.#isAccepting(() => this.cancel(gracefulTimeout))) return;
    this.#enter("retiring");
    if (retireTimeout > 0) this.#timers.after(retireTimeout, () => this.shutDown(gracefulTimeout));
    await this.#timers.patiently(this.handle.retire(), REPLY_PATIENCE);
  }

  /** Drains, and kills after `gracefulTimeout` milliseconds. */
  shutDown(gracefulTimeout: number): void {
    this.drain();
    this.#timers.after(gracefulTimeout, () => this.kill());
  }

  /** Stops accepting; resolves when the lane has done so or does not reply. */
  async stopAccepting(): Promise<void> {
    if (!await this.#isAccepting(() => this.#cancelAtOnce())) return;
    await this.#timers.patiently(this.handle.stopAccepting(), REPLY_PATIENCE);
  }

  /** Tells connections to finish; the lane exits with the last one. */
  drain(): void {
    if (this.isStarting) return this.#cancelAtOnce();
    this.#enter("draining");
    this.handle.drain();
  }

  /**
   * Closes all connections, and kills the thread or process unless it exits soon; a
   * thread that hangs once the watchdog says so.
   */
  kill(): void {
    const { last } = this.heartbeat;
    this.handle.closeConnections();
    this.#timers.after(KILL_PATIENCE, () =>
      this.#onceItRuns(last, () => {
        this.isOverdue = true;
        this.handle.kill();
      }));
  }

  /**
   * Ends a lane that is no longer needed while it starts. If it is about to open it retires by
   * itself, since it may accept a client before this thread knows; otherwise it is killed.
   */
  cancel(gracefulTimeout: number): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    this.handle.retire().catch(() => {}); // It has not opened.
    this.#timers.after(OPEN_PATIENCE, () =>
      this.#onceItRuns(this.heartbeat.last, () => {
        if (this.isStarting) this.handle.kill();
        else this.shutDown(gracefulTimeout);
      }));
  }

  /** Kills a lane that starts while the server stops. */
  #cancelAtOnce(): void {
    this.isCancelled = true;
    this.handle.kill();
  }

  /**
   * Acts once the event loop of a thread has run after a heartbeat: a thread that hangs,
   * or is stuck in its start, would survive being killed, and nobody would know. The
   * watchdog still finds these.
   */
  #onceItRuns(last: number, act: () => void): void {
    const { heartbeat, generation } = this;
    if (generation.plan.place !== "thread" || !heartbeat.hasBegun) act();
    else this.#timers.keep(() => heartbeat.whenAfter(last, act));
  }

  /**
   * Whether the lane accepts clients. A starting lane may accept before it reports
   * so: this waits for the report, and calls `cancel` if there is none, and it has not
   * accepted anyone.
   */
  async #isAccepting(cancel: () => void): Promise<boolean> {
    if (this.state === "starting") {
      const reported = this.handle.ready.then(() => {}, () => {});
      await this.#timers.patiently(reported, REPLY_PATIENCE);
      if (this.isStarting) cancel();
      else if (this.state === "starting") return true;
    }
    return this.state === "ready";
  }
}
