import { literal, type Logger } from "../log/logger.ts";
import type { Server } from "./server.ts";
import { flagName, OPTION_KEYS, type OptionKey, type Settings } from "../settings/options.ts";

/** Finds the settings again: the configuration file may have changed. */
export type ReloadSettings = () => Promise<Settings>;

/**
 * Requests that come within so many milliseconds of each other are one reload:
 * a second, less what a timer may be late, so that those a second apart are two.
 */
const GATHER = 900;

/** What lasts as long as the process. */
const LASTING: readonly OptionKey[] = [
  "mode",
  "bind",
  "host",
  "port",
  "unixMode",
  "backlog",
  "workerTimeout",
  "accessLog",
  "logLevel",
  "logFormat",
  "logFile",
  "logMaxSize",
  "logMaxFiles",
  "pidFile",
  "statusFile",
  "watch",
];

/** Reloads a server when it is asked to, one reload at a time. */
export class Reloader implements Disposable {
  readonly #server: Server;
  readonly #reloadSettings: ReloadSettings;
  readonly #log: Logger;
  #settings: Settings;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #running: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(server: Server, settings: Settings, reloadSettings: ReloadSettings, log: Logger) {
    this.#server = server;
    this.#settings = settings;
    this.#reloadSettings = reloadSettings;
    this.#log = log;
  }

  /** Reloads a second from now; what is asked until then is one with it. */
  request(): void {
    this.#timer ??= setTimeout(() => this.#start(), GATHER);
  }

  /** Reloads because a file has changed. */
  requestNow(path: string): void {
    this.#log.info("Reloading: a file of the handler has changed", { "file.path": path });
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#start();
  }

  /** Reloads no more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #start(): void {
    this.#timer = null;
    this.#running = this.#running.then(() => this.#reload());
  }

  async #reload(): Promise<void> {
    if (this.#isOver) return;
    try {
      const settings = this.#keepLasting(await this.#reloadSettings());
      await this.#server.reload(settings);
      this.#settings = settings;
      const { generation, lanes } = this.#server.supervisor;
      this.#log.info("Reloaded", {
        "sluice.generation": generation,
        "sluice.workers": lanes.filter((lane) => lane.isServing).length,
      });
    } catch (error) {
      if (this.#isOver) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error(`Cannot reload, the workers go on as they were: ${literal(reason)}`, {
        "sluice.generation": this.#server.supervisor.generation,
      });
    }
  }

  /** The new settings, but for those that only a restart can change: of these it warns. */
  #keepLasting(settings: Settings): Settings {
    const kept: Partial<Record<OptionKey, unknown>> = { ...settings };
    const changed = LASTING.filter((key) => !isSame(settings[key], this.#settings[key]));
    for (const key of changed) kept[key] = this.#settings[key];
    if (changed.length > 0) {
      this.#log.warn("Settings that only a restart changes stay as they were", {
        "sluice.settings": changed.map(flagName).join(" "),
      });
    }
    return OPTION_KEYS.every((key) => key in kept) ? kept as Settings : settings;
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
