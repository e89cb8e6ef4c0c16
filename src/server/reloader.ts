import { later } from "../base/timers.ts";
import { within } from "../base/within.ts";
import { literal, type Logger } from "../log/logger.ts";
import { flagName, OPTION_KEYS, type OptionKey, type Settings } from "../settings/options.ts";
import { formatDuration } from "../settings/units.ts";
import type { Server } from "./server.ts";
import { HandlerWatcher } from "./watch_files.ts";

/** Loads the settings again, because the configuration file may have changed. */
export type ReloadSettings = () => Promise<Settings>;

/**
 * Requests within this many milliseconds become one reload: a bit less than a
 * second to allow for timer delay, so that requests a second apart are two reloads.
 */
const GATHER = 900;

/** Options that only a restart can change. */
const FIXED: readonly OptionKey[] = [
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

/** Reloads a server on request, one reload at a time. */
export class Reloader implements Disposable {
  readonly #server: Server;
  readonly #reloadSettings: ReloadSettings;
  readonly #log: Logger;
  #settings: Settings;
  /** Cancels the reload that is to begin soon. */
  #cancel: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;
  /** Whether a reload waits for the one in progress. */
  #isWaiting = false;
  #isOver = false;
  readonly #watcher: HandlerWatcher;

  /** With `--watch`, begins to watch the files of the handler. */
  constructor(server: Server, settings: Settings, reloadSettings: ReloadSettings, log: Logger) {
    this.#server = server;
    this.#settings = settings;
    this.#reloadSettings = reloadSettings;
    this.#log = log;
    this.#watcher = new HandlerWatcher((path) => this.#requestNow(path), log);
    if (settings.watch) this.#watcher.follow(settings.handler);
  }

  /** Reloads a second from now; further requests until then join it. */
  request(): void {
    if (this.#isOver) return;
    this.#cancel ??= later(GATHER, () => this.#start());
  }

  /** Reloads now, because a file has changed. */
  #requestNow(path: string): void {
    if (this.#isOver) return;
    this.#log.info("Reloading: a file of the handler has changed", { "file.path": path });
    this.#cancel?.();
    this.#start();
  }

  /** Stops reloading. Neither logs nor begins anything from here on. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#watcher[Symbol.dispose]();
    this.#cancel?.();
  }

  #start(): void {
    this.#cancel = null;
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    if (this.#isRunning) this.#log.info("Reloading once the reload in progress has ended");
    this.#running = this.#running.then(() => this.#reload());
  }

  async #reload(): Promise<void> {
    this.#isWaiting = false;
    if (this.#isOver) return;
    this.#isRunning = true;
    try {
      const settings = await this.#server.reload(() => this.#loadSettings());
      if (this.#isOver) return;
      this.#settings = settings;
      const { generation, lanes } = this.#server.supervisor;
      this.#log.info("Reloaded", {
        "sluice.generation": generation,
        "sluice.workers": lanes.filter((lane) => lane.isServing).length,
      });
    } catch (error) {
      if (this.#isOver) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error(`Cannot reload, the old workers keep serving: ${literal(reason)}`, {
        "sluice.generation": this.#server.supervisor.generation,
      });
    } finally {
      this.#isRunning = false;
    }
  }

  /**
   * Loads the settings again, within `--start-timeout`: the configuration file may be on a
   * file system that does not respond.
   */
  async #loadSettings(): Promise<Settings> {
    const { startTimeout } = this.#settings;
    const limit = formatDuration(startTimeout);
    const late = () => new Error(`Cannot read the settings within --start-timeout ${limit}`);
    const loaded = await within(startTimeout, this.#reloadSettings(), late);
    if (this.#isOver) throw new Error("The server is stopping");
    const settings = this.#keepFixed(loaded);
    this.#watch(settings);
    return settings;
  }

  /**
   * Watches the files of the handler in the settings, even before it serves: it may have
   * to be corrected first.
   */
  #watch({ watch, handler }: Settings): void {
    if (!watch || this.#isOver) return;
    try {
      this.#watcher.follow(handler);
    } catch (error) {
      this.#log.error("Cannot watch the files of the new handler", {
        "file.path": handler,
        error: error instanceof Error ? error : String(error),
      });
    }
  }

  /** The new settings, except for options that only a restart can change; warns about those. */
  #keepFixed(settings: Settings): Settings {
    const kept: Partial<Record<OptionKey, unknown>> = { ...settings };
    const changed = FIXED.filter((key) => !isSame(settings[key], this.#settings[key]));
    for (const key of changed) kept[key] = this.#settings[key];
    if (changed.length > 0) {
      this.#log.warn("Some settings change only on restart and keep their values", {
        "sluice.settings": changed.map(flagName).join(" "),
      });
    }
    return OPTION_KEYS.every((key) => key in kept) ? kept as Settings : settings;
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
