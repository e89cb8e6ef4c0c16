import type { ConnectionQuery, FoundConnections } from "../core/open_connections.ts";
import type { ForeignSockets } from "../core/foreign_sockets.ts";
import type { ReuseportFilter } from "../core/reuseport_filter.ts";
import type { Order } from "../lane/order.ts";
import type { Level } from "../log/level.ts";
import type { LogLines } from "../log/log_lines.ts";
import type { BackendFacts } from "../upstream/backend_facts.ts";
import type { Exit, LaneHandle, Ready } from "./handle.ts";
import { LaneReliefs } from "./lane_reliefs.ts";
import { LaneQuestions } from "./lane_questions.ts";
import { errorOf, type FromLane, type ToLane } from "./messages.ts";
import { checkFromLane, typeOf } from "./messages_check.ts";

/** How the parent handles the reports of its lanes. */
export interface Reports {
  /** Writes records to the log. */
  passRecords(records: LogLines): void;
  /** Writes lines to the access log. */
  record(lines: string): void;
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
  readonly #ready = Promise.withResolvers<Ready>();
  readonly #exited = Promise.withResolvers<Exit>();
  readonly #stoppedAccepting = Promise.withResolvers<void>();
  #filterSet = Promise.withResolvers<boolean>();
  readonly #relieving = new LaneReliefs();
  readonly #finding = new LaneQuestions<FoundConnections>();
  readonly #closing = new LaneQuestions<boolean>();
  /** What the lane may send only because it was told to, and `ready` and `failed` until one has come. */
  readonly #expected = new Set<FromLane["type"]>(["ready", "failed"]);
  /** Whether the lane has announced its end. */
  #isFinishing = false;
  #isOver = false;
  /** Whether it has sent an invalid message, after which nothing from it counts. */
  #isRejected = false;

  constructor(channel: Channel, reports: Reports) {
    this.#channel = channel;
    this.#reports = reports;
    this.ready = this.#ready.promise;
    this.exited = this.#exited.promise;
    // `ready` may reject while nobody waits for it; `exited` reports the end, too.
    this.ready.catch(() => {});
  }

  get pid(): number {
    return this.#channel.pid;
  }

  /** Whether the lane is gone, so that its row may already belong to another. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Tells it what has changed of the backends; only a process has to be told. */
  tellBackends(changes: readonly BackendFacts[]): void {
    this.#channel.send({ type: "backends", changes });
  }

  setLogLevel(level: Level): void {
    if (!this.#isOver) this.#channel.send({ type: "logLevel", level });
  }

  start(order: Order): void {
    this.#channel.send({ type: "open", order });
  }

  /** Does nothing: only lanes on the main thread listen on Unix sockets. */
  takeOver(): Promise<void> {
    return Promise.resolve();
  }

  async stopAccepting(): Promise<void> {
    this.#expected.add("stoppedAccepting");
    this.#channel.send({ type: "stopAccepting" });
    await Promise.race([this.#stoppedAccepting.promise, this.exited]);
  }

  async retire(): Promise<void> {
    this.#expected.add("stoppedAccepting").add("stopped");
    this.#channel.send({ type: "retire" });
    await Promise.race([this.#stoppedAccepting.promise, this.exited]);
  }

  async setReuseportFilter(filter: ReuseportFilter | null): Promise<boolean> {
    this.#filterSet = Promise.withResolvers();
    this.#expected.add("reuseportFilterSet");
    this.#channel.send({ type: "setReuseportFilter", filter });
    return await Promise.race([this.#filterSet.promise, this.exited.then(() => false)]);
  }

  relieve(sockets: ForeignSockets): Promise<boolean> {
    if (this.#isOver) return Promise.resolve(false);
    this.#channel.send({ type: "relieve", sockets });
    return this.#relieving.ask(sockets.pid);
  }

  endRelief(pid: number, isGone: boolean): void {
    this.#channel.send({ type: "endRelief", pid, isGone });
  }

  findConnections(query: ConnectionQuery, limit: number): Promise<FoundConnections | null> {
    return this.#finding.ask((id) =>
      this.#channel.send({ type: "findConnections", id, query, limit })
    );
  }

  closeConnection(number: number): Promise<boolean | null> {
    return this.#closing.ask((id) => this.#channel.send({ type: "closeConnection", id, number }));
  }

  drain(): void {
    this.#expected.add("stopped");
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

  /** Handles what the lane has sent; rejects the lane if that is not a valid message, or not now. */
  receive(sent: unknown): void {
    if (this.#isRejected) return;
    const message = checkFromLane(sent);
    const isEnding = this.#isFinishing || this.#isOver;
    if (isEnding && message?.type !== "log" && message?.type !== "access") return;
    if (message === null || !this.#isTimely(message)) this.reject(sent);
    else this.#handle(message);
  }

  /** Ends a lane that has sent an invalid message, as one that crashed: its handler interferes with it. */
  reject(sent: unknown): void {
    if (this.#isRejected) return;
    this.#isRejected = true;
    this.#channel.kill();
    const type = typeOf(sent);
    this.crash(
      new Error(
        `The worker sent an invalid message${type === null ? "" : ` of the type "${type}"`}`,
      ),
    );
  }

  #isTimely(message: FromLane): boolean {
    switch (message.type) {
      case "ready":
      case "failed":
      case "reuseportFilterSet":
      case "stoppedAccepting":
      case "stopped":
        return this.#expected.has(message.type);
      case "relieving":
        return this.#relieving.expects(message.pid);
      case "connections":
        return this.#finding.expects(message.id);
      case "connectionClosed":
        return this.#closing.expects(message.id);
      default:
        return true;
    }
  }

  #handle(message: FromLane): void {
    switch (message.type) {
      case "ready":
        this.#expected.delete("ready");
        this.#expected.delete("failed");
        return this.#ready.resolve(message.ready);
      case "failed":
        this.#expected.delete("ready");
        this.#ready.reject(errorOf(message.error));
        return void this.#finish();
      case "reuseportFilterSet":
        return this.#filterSet.resolve(message.done);
      case "relieving":
        return this.#relieving.reply(message.pid, message.done);
      case "connections":
        return this.#finding.answer(message.id, message.found);
      case "connectionClosed":
        return this.#closing.answer(message.id, message.done);
      case "stoppedAccepting":
        return this.#stoppedAccepting.resolve();
      case "stopped":
        return void this.#finish();
      case "crashed":
        this.#channel.kill();
        return this.crash(errorOf(message.error));
      case "log":
        return this.#reports.passRecords(message);
      case "access":
        return this.#reports.record(message.lines);
      case "pressure":
        return this.#reports.onPressure();
    }
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
    this.#isOver = true;
    this.#ready.reject(exit.kind === "crashed" ? exit.error : new Error("The worker was stopped"));
    this.#relieving.end();
    this.#finding.end();
    this.#closing.end();
    this.#exited.resolve(exit);
  }
}
