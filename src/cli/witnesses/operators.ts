/** Those whom alerts reach. */
import type { Log } from "../../log/log.ts";
import type { AlertWatch } from "../../ops/alerts/alert_watch.ts";
import { hasAlerts } from "../../settings/alerts.ts";
import type { Settings } from "../../settings/options.ts";
import { StartInterrupted } from "../start.ts";
import { NO_LOG } from "./no_log.ts";
import type { Beginning, Served, Witness } from "./witness.ts";

/** Tells operators what is wrong with a server, if the settings say where. */
export class Operators implements Witness {
  readonly #settings: Settings;
  /** Null if it cannot be opened. */
  #log: Log | null = null;
  #watch: AlertWatch | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  starting({ log }: Beginning): void {
    this.#log = log;
  }

  async follow(served: Served): Promise<void> {
    if (hasAlerts(this.#settings)) this.#watch = await openWatch(served);
  }

  reloaded(settings: Settings): void {
    this.#watch?.update(settings);
  }

  stopping(): void {
    this.#watch?.refresh();
  }

  failed(error: Error): void {
    this.#watch?.serverFailed(error);
  }

  async stopped(): Promise<void> {
    const watch = this.#watch;
    this.#watch = null;
    await watch?.[Symbol.asyncDispose]();
  }

  async thrown(error: unknown): Promise<void> {
    await this.stopped();
    if (!hasAlerts(this.#settings) || !(error instanceof Error)) return;
    if (error instanceof StartInterrupted) return;
    const { tellStartFailure } = await import("../../ops/alerts/alerts.ts");
    await tellStartFailure(this.#settings, error, this.#log?.logger ?? NO_LOG);
  }
}

/** Begins to watch a server: in a thread of its own if a handler may block the main thread. */
async function openWatch(
  { server, settings, log, facts, statusReader }: Served,
): Promise<AlertWatch> {
  // Loaded here because most servers have no alerts.
  if (server.plan.place === "here") {
    const { ThreadAlerts } = await import("../../ops/alerts/thread_alerts.ts");
    const source = { scoreboard: server.scoreboard.buffer, facts };
    return await ThreadAlerts.start(settings, source, log);
  }
  const { Alerts } = await import("../../ops/alerts/alerts.ts");
  return await Alerts.start(settings, statusReader(), log.logger);
}
