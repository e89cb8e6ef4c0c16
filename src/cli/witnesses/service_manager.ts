/** The service manager that has started a server or its parent. */
import { EXIT, ExitError } from "../../base/exit.ts";
import { literal, type Logger } from "../../log/logger.ts";
import type { Notifier } from "../../ops/notify/notifier.ts";
import { isNotified, takeNotifyEnvironment } from "../../ops/notify/notify_environment.ts";
import type { Settings } from "../../settings/options.ts";
import { StartInterrupted } from "../start.ts";
import { NO_LOG } from "./no_log.ts";
import type { Beginning, Served, Witness } from "./witness.ts";

/** Notifies the service manager, if there is one that wants that. */
export class ServiceManager implements Witness {
  readonly #settings: Settings;
  /** Null if nobody wants to be notified, or cannot be reached. */
  #notifier: Notifier | null = null;
  #served: Served | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  async starting({ log }: Beginning): Promise<void> {
    this.#notifier = await openNotifier(this.#settings, log.logger);
  }

  follow(served: Served): void {
    this.#served = served;
  }

  serving(): void {
    if (this.#notifier === null || this.#served === null) return;
    const { settings, statusReader } = this.#served;
    this.#notifier.serving(statusReader(), settings.workerTimeout);
  }

  reloading(): void {
    this.#notifier?.reloading();
  }

  settled(failure: string | null): void {
    this.#notifier?.reloaded(failure);
  }

  stopping(isTold: boolean): void {
    // Otherwise a parent starts another server.
    if (isTold || !this.#settings.respawn) this.#notifier?.stopping();
  }

  failed({ message }: Error, exitCode: number): void {
    this.#notifier?.failed(message, exitCode);
  }

  async thrown(error: unknown): Promise<void> {
    // The log, or a socket of the service manager, may be why there is none yet.
    this.#notifier ??= await openNotifier(this.#settings, NO_LOG);
    const isPlanned = error instanceof ExitError || error instanceof StartInterrupted;
    const message = error instanceof Error ? error.message : String(error);
    this.#notifier?.failed(message, isPlanned ? error.exitCode : EXIT.software);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#notifier?.[Symbol.dispose]();
    return Promise.resolve();
  }
}

/** From here on, no process that this one starts knows of the service manager. */
async function openNotifier({ respawn }: Settings, log: Logger): Promise<Notifier | null> {
  if (!isNotified()) return null;
  const environment = takeNotifyEnvironment(respawn, (message) => log.warn(literal(message)));
  if (environment === null) return null;
  // Loaded here because most servers have no use for it.
  const { Notifier } = await import("../../ops/notify/notifier.ts");
  return Notifier.open(environment, log);
}
