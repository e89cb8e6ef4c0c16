import { Lane, type LaneHost } from "../lane/lane.ts";
import type { Order } from "../lane/order.ts";
import { captureConsole } from "../log/console.ts";
import { Threshold } from "../log/level.ts";
import { LineBuffer } from "../log/line_buffer.ts";
import { oneRecord, type TakeRecord } from "../log/log_lines.ts";
import { remoteLogger } from "../log/remote_logger.ts";
import { LineBatch } from "./line_batch.ts";
import { type FromLane, reportError, type ToLane } from "./messages.ts";

/** What a thread or process provides to its lane; both send logs to the parent. */
export type WorkerHost = Omit<LaneHost, "log" | "threshold" | "addLine" | "accessLog">;

/**
 * The inner side of a lane in a thread or process: follows the parent's messages
 * and reports by messages.
 */
export class LaneWorker {
  readonly #post: (message: FromLane) => void;
  readonly #postNow: (message: FromLane) => void;
  readonly #prepare: (order: Order) => WorkerHost;
  readonly #lines: LineBatch;
  readonly #accessLog: LineBuffer;
  readonly #threshold = new Threshold("info");
  #opening: Promise<Lane> | null = null;

  /**
   * @param post Sends a message to the parent.
   * @param prepare Called once, with the order.
   * @param postNow The same, even if the event loop never turns again.
   */
  constructor(
    post: (message: FromLane) => void,
    prepare: (order: Order) => WorkerHost,
    postNow = post,
  ) {
    this.#post = post;
    this.#postNow = postNow;
    this.#prepare = prepare;
    this.#lines = new LineBatch((records) => post({ type: "log", ...records }));
    this.#accessLog = new LineBuffer((lines) => post({ type: "access", lines }));
  }

  /** Handles a message from the parent. */
  receive(message: Exclude<ToLane, { readonly type: "backends" }>): void {
    switch (message.type) {
      case "open":
        return this.#open(message.order);
      case "setReuseportFilter":
        return this.#whenOpen((lane) => {
          const done = lane.setReuseportFilter(message.filter);
          this.#post({ type: "reuseportFilterSet", done });
        });
      case "relieve":
        return this.#whenOpen(async (lane) => {
          const done = await lane.relieve(message.sockets);
          this.#post({ type: "relieving", pid: message.sockets.pid, done });
        });
      case "endRelief":
        return this.#whenOpen((lane) => lane.endRelief(message.pid, message.isGone));
      case "findConnections":
        return this.#whenOpen((lane) => {
          const found = lane.clients.find(message.query, message.limit);
          this.#post({ type: "connections", id: message.id, found });
        });
      case "closeConnection":
        return this.#whenOpen((lane) => {
          const done = lane.clients.close(message.number);
          this.#post({ type: "connectionClosed", id: message.id, done });
        });
      case "stopAccepting":
        return this.#whenOpen(async (lane) => {
          await lane.stopAccepting();
          this.#post({ type: "stoppedAccepting" });
        });
      case "retire":
        return this.#whenOpen(async (lane) => {
          await lane.retire();
          this.#post({ type: "stoppedAccepting" });
          await this.#endWith(lane.ended());
        });
      case "drain":
        return this.#whenOpen((lane) => this.#endWith(lane.drain()));
      case "logLevel":
        this.#threshold.level = message.level;
        return;
      case "closeConnections":
        return this.#whenOpen((lane) => lane.closeConnections());
    }
  }

  /** Reports an uncaught error to the parent, which ends the lane. */
  crash(cause: unknown): void {
    this.#accessLog.flush();
    this.#lines.flush();
    this.#post({ type: "crashed", error: reportError(cause) });
  }

  #open(order: Order): void {
    this.#opening = this.#openLane(order);
    this.#opening.then(
      ({ addresses, refusal, sockets }) =>
        this.#post({ type: "ready", ready: { addresses, refusal, sockets } }),
      (error) => this.#post({ type: "failed", error: reportError(error) }),
    );
  }

  async #openLane(order: Order): Promise<Lane> {
    const threshold = this.#threshold;
    threshold.level = order.log.level;
    const log = remoteLogger(order.log, (...record) => this.#lines.add(...record), threshold);
    const addLine = (line: string) => this.#lines.addLater(line);
    // Before the handler loads, which may print.
    captureConsole(remoteLogger(order.log, this.#print, threshold), order.lane);
    const host = { ...this.#prepare(order), log, threshold, addLine, accessLog: this.#accessLog };
    return await Lane.open(order, host);
  }

  /** Sends what the handler prints, which may hang or end its worker next. */
  readonly #print: TakeRecord = (line, level, data) => {
    this.#lines.flush();
    this.#postNow({ type: "log", ...oneRecord(line, level, data) });
  };

  #whenOpen(act: (lane: Lane) => void | Promise<void>): void {
    // A lane that failed to open has reported it, and ignores later messages.
    this.#opening?.then(act, () => {});
  }

  async #endWith(ended: Promise<void>): Promise<void> {
    await ended;
    this.#lines.flush();
    this.#post({ type: "stopped" });
  }
}
