import { clock } from "../../base/clock.ts";
import { every } from "../../base/timers.ts";
import type { Logger } from "../../log/logger.ts";
import type { Status } from "../status/status.ts";
import { AlertBook } from "./alert_book.ts";
import type { AlertSettings } from "./alert_settings.ts";
import type { AlertWatch } from "./alert_watch.ts";
import { type Bounds, boundsOf } from "./bounds.ts";
import { Outbox } from "./outbox.ts";
import { Readings } from "./readings.ts";
import { RULES } from "./rules/registry.ts";
import { SERVER_DOWN, serverDown, serverUp } from "./server_down.ts";

/** Milliseconds between two readings. */
const PERIOD = 1000;
/** How far back rules look, whatever the bounds, in milliseconds. */
const SHORTEST_WINDOW = 60_000;
/** How long the end of a server may wait for the delivery of alerts, in milliseconds. */
const CLOSE_WAIT = 2000;
const FAILURE_WAIT = 5000;

/** Reads the status once a second, and tells operators what is wrong and what no longer is. */
export class Alerts implements AlertWatch {
  readonly #outbox: Outbox;
  readonly #book: AlertBook;
  readonly #readings = new Readings();
  readonly #stop: () => void;
  readonly #log: Logger;
  #bounds: Bounds;
  #wait = CLOSE_WAIT;

  /**
   * Begins to watch a server that serves.
   *
   * @param read Reads the status; its figures of the time since the last reading are of its own.
   * @throws {ExitError} 66, 73 or 77 if the spool cannot be read and written.
   */
  static async start(settings: AlertSettings, read: () => Status, log: Logger): Promise<Alerts> {
    return new Alerts(settings, read, await Outbox.open(settings, log), log);
  }

  private constructor(settings: AlertSettings, read: () => Status, outbox: Outbox, log: Logger) {
    const { spool } = outbox;
    const now = clock();
    this.#bounds = boundsOf(settings);
    this.#outbox = outbox;
    const active = spool.active.filter(({ alert }) => alert.key !== SERVER_DOWN);
    this.#book = new AlertBook(RULES, active, now);
    const down = spool.activeOf(SERVER_DOWN);
    if (down !== null) outbox.send(serverUp(down, now));
    this.#log = log;
    this.#tryLook(read);
    this.#stop = every(PERIOD, () => this.#tryLook(read));
  }

  update(settings: AlertSettings): void {
    this.#bounds = boundsOf(settings);
    this.#outbox.repeat = this.#bounds.repeat;
  }

  /** Does nothing: the status is read when it is needed. */
  refresh(): void {}

  serverFailed(error: Error): void {
    this.#wait = FAILURE_WAIT;
    const former = this.#outbox.spool.activeOf(SERVER_DOWN);
    const summary = `The server has stopped: cannot keep the workers alive: ${error.message}`;
    this.#outbox.send(serverDown(summary, former, clock()));
  }

  /** Stops watching, and waits a moment for what is not delivered yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    await this.#outbox.close(this.#wait);
  }

  /** A mistake in a rule must not end the server, nor the other rules for good. */
  #tryLook(read: () => Status): void {
    try {
      this.#look(read());
    } catch (error) {
      this.#log.error("Cannot look for alerts, trying again", { error });
    }
  }

  #look(status: Status): void {
    // What ends with the server is no problem of its own.
    if (status.state === "draining") return;
    const now = clock();
    this.#readings.add(now, status, Math.max(SHORTEST_WINDOW, this.#bounds.holdFor));
    for (const alert of this.#book.look(this.#readings, this.#bounds, now)) {
      this.#outbox.send(alert);
    }
  }
}

/**
 * Tells that the server cannot start, and waits at most five seconds for that to be delivered.
 * With a spool, further failures are told only as often as alerts are repeated. Never throws.
 */
export async function tellStartFailure(
  settings: AlertSettings,
  error: Error,
  log: Logger,
): Promise<void> {
  try {
    // The spool may be why the server cannot start.
    const outbox = await Outbox.open(settings, log).catch(() => Outbox.inMemory(settings, log));
    const { spool } = outbox;
    const former = spool.activeOf(SERVER_DOWN);
    const now = clock();
    const alert = serverDown(`The server cannot start: ${error.message}`, former, now);
    const isDue = former === null ||
      settings.alertRepeat > 0 && now - former.told >= settings.alertRepeat;
    if (isDue) outbox.send(alert);
    else spool.keep(alert, former.told);
    await outbox.close(FAILURE_WAIT);
  } catch (cause) {
    log.error("Cannot send an alert", { error: cause });
  }
}
