/** The entry module of the thread of the admin port, for servers whose handler may block the main thread. */
import { clock } from "../../base/clock.ts";
import { ExitError } from "../../base/exit.ts";
import { thrownValue } from "../../base/thrown.ts";
import { Scoreboard } from "../../lane/scoreboard.ts";
import { Threshold } from "../../log/level.ts";
import type { Logger } from "../../log/logger.ts";
import { oneRecord } from "../../log/log_lines.ts";
import { remoteLogger } from "../../log/remote_logger.ts";
import { RecentRecords } from "../../log/recent_records.ts";
import { onStrayError } from "../../places/stray_errors.ts";
import type { ServerFacts } from "../status/server_facts.ts";
import type { FromAdmin, ToAdmin } from "./admin_messages.ts";
import { AdminServer } from "./admin_server.ts";
import type { ConfigView } from "./config_view.ts";
import { RemoteCommands } from "./remote_commands.ts";

/** The global scope of a Web Worker, which the types of the main thread lack. */
interface ThreadScope {
  postMessage(message: FromAdmin): void;
  onmessage: ((event: MessageEvent<ToAdmin>) => void) | null;
}

const scope = globalThis as unknown as ThreadScope;
const post = (message: FromAdmin) => scope.postMessage(message);

/** The admin port, and what it has been told of the server. */
class AdminThread {
  readonly #commands = new RemoteCommands(post);
  readonly #records = new RecentRecords();
  readonly #threshold: Threshold;
  #config: ConfigView;
  #facts: ServerFacts | null = null;
  #scoreboard: Scoreboard | null = null;
  #server: AdminServer | null = null;
  /** When the main thread sent its last message. */
  #heard = clock();

  constructor(config: ConfigView, threshold: Threshold) {
    this.#config = config;
    this.#threshold = threshold;
  }

  async open({ options }: Extract<ToAdmin, { type: "open" }>, log: Logger): Promise<void> {
    try {
      this.#server = await AdminServer.open(options, {
        facts: () => this.#facts,
        silence: () => clock() - this.#heard,
        scoreboard: () => this.#scoreboard,
        config: () => this.#config,
        records: this.#records,
        run: this.#commands.run,
      }, log);
      post({ type: "opened", addresses: this.#server.addresses });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      post({
        type: "failed",
        message,
        exitCode: error instanceof ExitError ? error.exitCode : null,
      });
    }
  }

  receive(message: Exclude<ToAdmin, { type: "open" }>): void {
    this.#heard = clock();
    switch (message.type) {
      case "starting":
        return;
      case "serve":
        this.#scoreboard = new Scoreboard(message.scoreboard);
        this.#facts = message.facts;
        return this.#server?.refresh();
      case "facts":
        this.#facts = message.facts;
        return message.isNews ? this.#server?.refresh() : undefined;
      case "config":
        this.#config = message.config;
        return;
      case "records":
        return message.records.forEach((record) => this.#records.add(record));
      case "token":
        return this.#server?.access.setToken(message.token);
      case "logLevel":
        this.#threshold.level = message.level;
        return;
      case "taken":
        return this.#commands.taken(message.id);
      case "result":
        return this.#commands.answered(message.id, message.result);
      case "close":
        void this.#close();
    }
  }

  async #close(): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    post({ type: "closed" });
  }
}

/** Runs the admin port as the main thread says. */
function startThread(): void {
  let thread: AdminThread | null = null;
  scope.onmessage = ({ data }) => {
    if (data.type !== "open") return thread?.receive(data);
    const threshold = new Threshold(data.style.level);
    const log = remoteLogger(
      data.style,
      (...record) => post({ type: "log", ...oneRecord(...record) }),
      threshold,
    );
    // One mistake must not end the port.
    onStrayError((cause) =>
      log.error("Uncaught error of the admin port", { error: thrownValue(cause) })
    );
    thread = new AdminThread(data.config, threshold);
    void thread.open(data, log);
  };
}

startThread();
