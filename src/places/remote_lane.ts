import type { ReuseportFilter } from "../core/reuseport_filter.ts";
import type { Order } from "../lane/order.ts";
import type { Row, RowReport } from "../lane/row.ts";
import type { Exit, LaneHandle, Ready } from "./handle.ts";
import { errorOf, type FromLane, type ToLane } from "./messages.ts";

/** How the parent handles the reports of its lanes. */
export interface Reports {
  /** Writes lines to the log. */
  pass(lines: string): void;
  /** Writes lines to the access log. */
  record(lines: string): void;
  /** Messages of a lane were lost, possibly lines for the logs. */
  onDropped(count: number): void;
  /** Idle lanes have become too few, or enough again. */
  onPressure(): void;
}

/** The channel to a thread or process. */
export interface Channel {
  readonly pid: number;
  send(message: ToLane): void;
  /** Lets a lane that has stopped exit; resolves when its thread or process is gone. */
  finish(): Promise<void>;
  /** Kills the thread or process. */
  kill(): void;
}

/** The parent's side of a lane in a thread or process. */
export class RemoteLane implements LaneHandle {
  readonly ready: Promise<Ready>;
  readonly exited: Promise<Exit>;
  readonly #channel: Channel;
  readonly #reports: Reports;
  readonly #row: Row;
  readonly #ready = Promise.withResolvers<Ready>();
  readonly #exited = Promise.withResolvers<Exit>();
  readonly #stoppedAccepting = Promise.withResolvers<void>();
  #filterSet = Promise.withResolvers<boolean>();
  /** The highest number of a row report so far. */
  #lastRow = 0;
  /** Whether the lane has announced its end. */
  #isFinishing = false;

  constructor(channel: Channel, row: Row, reports: Reports) {
    this.#channel = channel;
    this.#row = row;
    this.#reports = reports;
    this.ready = this.#ready.promise;
    this.exited = this.#exited.promise;
    // `ready` may reject while nobody waits for it; `exited` reports the end, too.
    this.ready.catch(() => {});
  }

  get pid(): number {
    return this.#channel.pid;
  }

  start(order: Order): void {
    this.#channel.send({ type: "open", order });
  }

  async stopAccepting(): Promise<void> {
    this.#channel.send({ type: "stopAccepting" });
    await Promise.race([this.#stoppedAccepting.promise, this.exited]);
  }

  async retire(): Promise<void> {
    this.#channel.send({ type: "retire" });
    await Promise.race([this.#stoppedAccepting.promise, this.exited]);
  }

  async setReuseportFilter(filter: ReuseportFilter | null): Promise<boolean> {
    this.#filterSet = Promise.withResolvers();
    this.#channel.send({ type: "setReuseportFilter", filter });
    return await Promise.race([this.#filterSet.promise, this.exited.then(() => false)]);
  }

  drain(): void {
    this.#channel.send({ type: "drain" });
  }

  closeConnections(): void {
    this.#channel.send({ type: "closeConnections" });
  }

  kill(reason = new Error("Cannot start the worker: it was killed before it was ready")): void {
    this.#ready.reject(reason);
    this.#channel.kill();
    this.#end({ kind: "stopped" });
  }

  /** Handles a message from the lane. */
  receive(message: FromLane): void {
    switch (message.type) {
      case "ready":
        return this.#ready.resolve(message.ready);
      case "failed":
        this.#ready.reject(errorOf(message.error));
        return void this.#finish();
      case "reuseportFilterSet":
        return this.#filterSet.resolve(message.done);
      case "stoppedAccepting":
        return this.#stoppedAccepting.resolve();
      case "stopped":
        return void this.#finish();
      case "crashed":
        this.#channel.kill();
        return this.crash(errorOf(message.error));
      case "log":
        return this.#reports.pass(message.lines);
      case "access":
        return this.#reports.record(message.lines);
      case "dropped":
        return this.#reports.onDropped(message.count);
      case "pressure":
        return this.#reports.onPressure();
      case "row":
        return this.#take(message.number, message.row);
    }
  }

  #take(number: number, row: RowReport): void {
    if (number < this.#lastRow) return;
    this.#lastRow = number;
    this.#row.take(row);
  }

  async #finish(): Promise<void> {
    this.#isFinishing = true;
    await this.#channel.finish();
    this.#end({ kind: "stopped" });
  }

  /** Handles the end of the thread or process: a crash, unless the lane has announced it. */
  crash(error: Error): void {
    if (this.#isFinishing) this.#end({ kind: "stopped" });
    else this.#end({ kind: "crashed", error });
  }

  /** Settles how the lane ended; only the first call counts. */
  #end(exit: Exit): void {
    this.#ready.reject(exit.kind === "crashed" ? exit.error : new Error("The worker was stopped"));
    this.#exited.resolve(exit);
  }
}
