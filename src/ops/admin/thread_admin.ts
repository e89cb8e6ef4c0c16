import type { Address } from "../../base/address.ts";
import { clock } from "../../base/clock.ts";
import { EXIT, ExitError } from "../../base/exit.ts";
import { entryUrl } from "../../base/program.ts";
import { every } from "../../base/timers.ts";
import { within } from "../../base/within.ts";
import type { Level } from "../../log/level.ts";
import type { Log } from "../../log/log.ts";
import { runCommand } from "../commands/run_command.ts";
import type { CommandTargets } from "../commands/targets.ts";
import type { RecordFeed } from "../../log/recent_records.ts";
import { RecordNews } from "./record_news.ts";
import type { ServerFacts } from "../status/server_facts.ts";
import type { FromAdmin, ToAdmin } from "./admin_messages.ts";
import type { AdminPort } from "./admin_port.ts";
import type { AdminOptions } from "./admin_server.ts";
import type { ConfigView } from "./config_view.ts";
import { NOT_STARTED } from "./main_admin.ts";
import type { TokenDigest } from "./token.ts";

/** Milliseconds between two times that the thread is told the facts. */
const PERIOD = 1000;
/** Milliseconds between two signs of life while the server starts. */
const SIGN_PERIOD = 250;
/** How long the thread may take to close, in milliseconds. */
const CLOSE_TIMEOUT = 3000;

/**
 * The admin port in a thread of its own, for servers with lanes on the main thread: it answers
 * while a handler blocks that.
 */
export class ThreadAdmin implements AdminPort {
  readonly #worker: Worker;
  readonly #config: () => ConfigView;
  readonly #log: Log;
  readonly #opened = Promise.withResolvers<readonly Address[]>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #news: RecordNews;
  /** Ends what is sent repeatedly: signs of life while the server starts, then facts. */
  #stopSending: () => void;
  #targets: CommandTargets | null = null;
  #facts: (() => ServerFacts) | null = null;
  #addresses: readonly Address[] = [];
  #sentConfig: ConfigView | null = null;
  #sentLevel: Level;

  /**
   * Starts the thread and opens the port.
   *
   * @param config Returns the settings in effect.
   * @throws {ExitError} See {@linkcode AdminServer.open}.
   */
  static async open(
    options: AdminOptions,
    config: () => ConfigView,
    records: RecordFeed,
    log: Log,
  ): Promise<ThreadAdmin> {
    const admin = new ThreadAdmin(config, records, log);
    admin.#send({ type: "open", options, style: log.style, config: config() });
    admin.#send({ type: "records", records: records.after(0) });
    try {
      admin.#addresses = await admin.#opened.promise;
      return admin;
    } catch (error) {
      admin.#end();
      throw error;
    }
  }

  private constructor(config: () => ConfigView, records: RecordFeed, log: Log) {
    this.#config = config;
    this.#log = log;
    this.#sentLevel = log.threshold.level;
    this.#worker = new Worker(entryUrl("admin_entry", "src/ops/admin"), {
      type: "module",
      name: "admin",
    });
    this.#worker.onmessage = ({ data }: MessageEvent<FromAdmin>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      // Otherwise the error would end the main thread as well.
      event.preventDefault();
      this.#fail(new ExitError(`Cannot run the admin port: ${event.message}`, EXIT.software));
    };
    this.#news = new RecordNews(records, (news) => this.#send({ type: "records", records: news }));
    this.#stopSending = every(SIGN_PERIOD, () => this.#send({ type: "starting" }));
  }

  get addresses(): readonly Address[] {
    return this.#addresses;
  }

  serve(targets: CommandTargets, facts: () => ServerFacts): void {
    this.#targets = targets;
    this.#facts = facts;
    const { scoreboard } = targets.server;
    this.#send({ type: "serve", scoreboard: scoreboard.buffer, facts: facts() });
    this.#stopSending();
    this.#stopSending = every(PERIOD, () => this.#sendFacts(false));
  }

  refresh(): void {
    this.#sendFacts(true);
  }

  setToken(token: TokenDigest | null): void {
    this.#send({ type: "token", token });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#news.stop();
    this.#stopSending();
    this.#send({ type: "close" });
    const late = () => new Error("The admin port has not closed in time");
    await within(CLOSE_TIMEOUT, this.#closed.promise, late).catch(() => {});
    this.#end();
  }

  #receive(message: FromAdmin): void {
    switch (message.type) {
      case "opened":
        return this.#opened.resolve(message.addresses);
      case "failed":
        return this.#fail(new ExitError(message.message, message.exitCode ?? EXIT.software));
      case "command":
        return void this.#run(message);
      case "log":
        return this.#log.passRecords(message);
      case "closed":
        return this.#closed.resolve();
    }
  }

  async #run({ id, command, deadline }: Extract<FromAdmin, { type: "command" }>): Promise<void> {
    // The client has been told that the main thread is blocked.
    if (clock() >= deadline) return;
    this.#send({ type: "taken", id });
    const targets = this.#targets;
    const result = targets === null ? NOT_STARTED : await runCommand(command, targets);
    this.#sendFacts(false);
    this.#send({ type: "result", id, result });
  }

  #sendFacts(isNews: boolean): void {
    const { level } = this.#log.threshold;
    if (level !== this.#sentLevel) this.#send({ type: "logLevel", level });
    this.#sentLevel = level;
    if (this.#facts === null) return;
    this.#send({ type: "facts", facts: this.#facts(), isNews });
    const config = this.#config();
    if (config !== this.#sentConfig) this.#send({ type: "config", config });
    this.#sentConfig = config;
  }

  #fail(error: Error): void {
    this.#opened.reject(error);
    this.#closed.resolve();
    if (this.#addresses.length > 0) {
      this.#log.logger.error("The admin port has failed, and is closed", { error });
      this.#end();
    }
  }

  #end(): void {
    this.#news.stop();
    this.#stopSending();
    this.#worker.terminate();
  }

  #send(message: ToAdmin): void {
    this.#worker.postMessage(message);
  }
}
