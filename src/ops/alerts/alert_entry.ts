/** The entry module of the thread of the alerts, for servers whose handler may block the main thread. */
import { ExitError } from "../../base/exit.ts";
import { Scoreboard } from "../../lane/scoreboard.ts";
import type { Logger } from "../../log/logger.ts";
import { oneRecord } from "../../log/log_lines.ts";
import { remoteLogger } from "../../log/remote_logger.ts";
import type { ServerFacts } from "../status/server_facts.ts";
import { StatusReader } from "../status/status_reader.ts";
import type { FromAlerts, ToAlerts } from "./alert_messages.ts";
import { Alerts } from "./alerts.ts";

/** The global scope of a Web Worker, which the types of the main thread lack. */
interface ThreadScope {
  postMessage(message: FromAlerts): void;
  onmessage: ((event: MessageEvent<ToAlerts>) => void) | null;
}

const scope = globalThis as unknown as ThreadScope;
const post = (message: FromAlerts) => scope.postMessage(message);

/** The alerts, and what they have been told of the server. */
class AlertThread {
  #facts: ServerFacts;
  #alerts: Alerts | null = null;

  constructor(facts: ServerFacts) {
    this.#facts = facts;
  }

  async open(
    { settings, scoreboard }: Extract<ToAlerts, { type: "open" }>,
    log: Logger,
  ): Promise<void> {
    try {
      const reader = new StatusReader(new Scoreboard(scoreboard), this.#facts);
      this.#alerts = await Alerts.start(settings, () => reader.read(this.#facts), log);
      post({ type: "opened" });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const exitCode = error instanceof ExitError ? error.exitCode : null;
      post({ type: "failed", message, exitCode });
    }
  }

  receive(message: Exclude<ToAlerts, { type: "open" }>): void {
    switch (message.type) {
      case "facts":
        this.#facts = message.facts;
        return;
      case "update":
        return this.#alerts?.update(message.settings);
      case "serverFailed":
        return this.#alerts?.serverFailed(new Error(message.message));
      case "close":
        void this.#close();
    }
  }

  async #close(): Promise<void> {
    await this.#alerts?.[Symbol.asyncDispose]();
    post({ type: "closed" });
  }
}

/** Sends alerts as the main thread says. */
function startThread(): void {
  let thread: AlertThread | null = null;
  scope.onmessage = ({ data }) => {
    if (data.type !== "open") return thread?.receive(data);
    const log = remoteLogger(
      data.style,
      (...record) => post({ type: "log", ...oneRecord(...record) }),
    );
    thread = new AlertThread(data.facts);
    void thread.open(data, log);
  };
}

startThread();
