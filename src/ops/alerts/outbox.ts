import { VERSION } from "../../base/version.ts";
import { within } from "../../base/within.ts";
import type { Logger } from "../../log/logger.ts";
import { stateFolder } from "../state_folder.ts";
import type { Alert } from "./alert.ts";
import { AlertCommand } from "./alert_command.ts";
import type { AlertSettings } from "./alert_settings.ts";
import { Courier } from "./courier.ts";
import type { Destination } from "./destination.ts";
import { formatFor } from "./formats/registry.ts";
import { Spool } from "./spool.ts";
import { SpoolTaken } from "./spool_file.ts";
import { Webhook } from "./webhook.ts";

/** The name of the spool in the folder for what outlives the server. */
const SPOOL_NAME = "alerts.jsonl";

/** Sends alerts to all destinations in the settings, and never makes its caller wait. */
export class Outbox {
  readonly spool: Spool;
  readonly #ids: readonly string[];
  readonly #couriers: readonly Courier[];
  readonly #service: string;
  readonly #log: Logger;
  #repeat: number;

  /**
   * Opens the spool, and begins to deliver what another server has left in it.
   *
   * @throws {ExitError} 66, 73 or 77 if the spool cannot be read and written.
   */
  static async open(settings: AlertSettings, log: Logger): Promise<Outbox> {
    const { alertSpool, stateDir } = settings;
    if (alertSpool !== null) return new Outbox(settings, await Spool.open(alertSpool, log), log);
    try {
      return new Outbox(settings, await Spool.open(usualPath(stateDir), log), log);
    } catch (error) {
      // Servers that share a folder have not asked for a spool.
      if (!(error instanceof SpoolTaken)) throw error;
      log.warn("Another server has the spool of alerts, they are kept in memory", { error });
      return await Outbox.inMemory(settings, log);
    }
  }

  /** Opens one that keeps nothing in a file. */
  static async inMemory(settings: AlertSettings, log: Logger): Promise<Outbox> {
    return new Outbox(settings, await Spool.open(null, log), log);
  }

  private constructor(settings: AlertSettings, spool: Spool, log: Logger) {
    this.spool = spool;
    this.#repeat = settings.alertRepeat;
    this.#service = settings.handler ?? settings.service;
    this.#log = log;
    const destinations = destinationsOf(settings, () => this.#repeat);
    this.#ids = destinations.map(({ id }) => id);
    this.#couriers = destinations.map((one) => new Courier(one, spool, log));
    spool.retain(this.#ids);
    this.#wake();
  }

  /** How often an alert is repeated, in milliseconds: Alertmanager has to know. */
  set repeat(milliseconds: number) {
    this.#repeat = milliseconds;
  }

  /** Sends an alert. */
  send(alert: Alert): void {
    const server = {
      host: ifAllowed(Deno.hostname) ?? "unknown",
      pid: Deno.pid,
      version: VERSION,
      service: this.#service,
    };
    const attributes = {
      "sluice.alert.key": alert.key,
      "sluice.alert.severity": alert.severity,
      "sluice.alert.summary": alert.summary,
    };
    const word = alert.state === "resolved" ? "Alert resolved" : "Alert";
    if (alert.state === "resolved") this.#log.info(word, attributes);
    else this.#log.warn(word, attributes);
    this.spool.add({ id: crypto.randomUUID(), alert, server }, this.#ids);
    this.#wake();
  }

  /**
   * Waits until all is delivered, but not longer than so many milliseconds, and ends. What is not
   * delivered by then waits in the spool for the next server, or is lost if that is in memory.
   */
  async close(milliseconds: number): Promise<void> {
    const late = () => new Error("The time is up");
    // What is kept need not be tried again now.
    const busy = this.#couriers.filter((one) => !(one.isWaiting && this.spool.isKept));
    try {
      await within(milliseconds, Promise.all(busy.map((one) => one.idle())), late);
    } catch { // They are stopped now.
    }
    await Promise.all(this.#couriers.map((one) => one.stop()));
    const { size, isKept } = this.spool;
    if (size > 0 && isKept) {
      this.#log.info("Some alerts wait in the spool", { "sluice.alert.waiting": size });
    } else if (size > 0) {
      this.#log.error("Some alerts were not delivered", { "sluice.alert.lost": size });
    }
    await this.spool.close();
  }

  #wake(): void {
    for (const courier of this.#couriers) courier.wake();
  }
}

function destinationsOf(settings: AlertSettings, repeat: () => number): Destination[] {
  const { alertWebhook, alertFormat, alertCommand } = settings;
  return [
    ...alertWebhook.map((url) => new Webhook(url, formatFor(alertFormat, url), repeat)),
    ...alertCommand === null ? [] : [new AlertCommand(alertCommand)],
  ];
}

/** The path of a spool that is not in the settings; null for memory. */
function usualPath(stateDir: string | null): string | null {
  const folder = stateFolder(stateDir);
  return folder === null ? null : `${folder}/${SPOOL_NAME}`;
}

/** What the runtime says, unless it has no permission to. */
function ifAllowed<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch {
    return null;
  }
}
