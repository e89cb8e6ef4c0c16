import { EXIT, ExitError } from "../../base/exit.ts";
import { entryUrl } from "../../base/program.ts";
import { every } from "../../base/timers.ts";
import { within } from "../../base/within.ts";
import type { Log } from "../../log/log.ts";
import type { ServerFacts } from "../status/server_facts.ts";
import type { FromAlerts, ToAlerts } from "./alert_messages.ts";
import { type AlertSettings, alertSettingsOf } from "./alert_settings.ts";
import type { AlertWatch } from "./alert_watch.ts";

/** Milliseconds between two times that the thread is told the facts. */
const PERIOD = 1000;
/** How long the thread may take to close, in milliseconds: longer than it waits for deliveries. */
const CLOSE_TIMEOUT = 6000;

/** What the thread reads. */
export interface AlertSource {
  readonly scoreboard: SharedArrayBuffer;
  /** Collects what the main thread knows. */
  facts(): ServerFacts;
}

/**
 * The alerts in a thread of their own, for servers with lanes on the main thread: they are sent
 * while a handler blocks that, which is the first of what operators must be told.
 */
export class ThreadAlerts implements AlertWatch {
  readonly #worker: Worker;
  readonly #source: AlertSource;
  readonly #log: Log;
  readonly #opened = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #stopFacts: () => void;
  #isOpen = false;

  /**
   * Starts the thread, which begins to watch a server that serves.
   *
   * @throws {ExitError} 66, 73 or 77 if the spool cannot be read and written.
   */
  static async start(
    settings: AlertSettings,
    source: AlertSource,
    log: Log,
  ): Promise<ThreadAlerts> {
    const alerts = new ThreadAlerts(settings, source, log);
    try {
      await alerts.#opened.promise;
      alerts.#isOpen = true;
      return alerts;
    } catch (error) {
      alerts.#end();
      throw error;
    }
  }

  private constructor(settings: AlertSettings, source: AlertSource, log: Log) {
    this.#source = source;
    this.#log = log;
    this.#worker = new Worker(entryUrl("alert_entry", "src/ops/alerts"), {
      type: "module",
      name: "alerts",
    });
    this.#worker.onmessage = ({ data }: MessageEvent<FromAlerts>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      // Otherwise the error would end the main thread as well.
      event.preventDefault();
      this.#fail(new ExitError(`Cannot send alerts: ${event.message}`, EXIT.software));
    };
    const { scoreboard } = source;
    const { style } = log;
    const [own, facts] = [alertSettingsOf(settings), source.facts()];
    this.#send({ type: "open", settings: own, style, scoreboard, facts });
    this.#stopFacts = every(PERIOD, () => this.refresh());
  }

  update(settings: AlertSettings): void {
    this.#send({ type: "update", settings: alertSettingsOf(settings) });
  }

  refresh(): void {
    this.#send({ type: "facts", facts: this.#source.facts() });
  }

  serverFailed({ message }: Error): void {
    this.#send({ type: "serverFailed", message });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopFacts();
    this.#send({ type: "close" });
    const late = () => new Error("The alerts have not ended in time");
    await within(CLOSE_TIMEOUT, this.#closed.promise, late).catch(() => {});
    this.#end();
  }

  #receive(message: FromAlerts): void {
    switch (message.type) {
      case "opened":
        return this.#opened.resolve();
      case "failed":
        return this.#fail(new ExitError(message.message, message.exitCode ?? EXIT.software));
      case "log":
        return this.#log.passRecords(message);
      case "closed":
        return this.#closed.resolve();
    }
  }

  #fail(error: Error): void {
    this.#opened.reject(error);
    this.#closed.resolve();
    if (this.#isOpen) {
      this.#log.logger.error("Alerts have failed, and are no longer sent", { error });
    }
  }

  #end(): void {
    this.#stopFacts();
    this.#worker.terminate();
  }

  #send(message: ToAlerts): void {
    this.#worker.postMessage(message);
  }
}
