import { later } from "../base/timers.ts";
import { within } from "../base/within.ts";
import { literal, type Logger } from "../log/logger.ts";
import { flagName, OPTION_KEYS, type OptionKey, type Settings } from "../settings/options.ts";
import { formatDuration } from "../settings/units.ts";
import type { Server } from "./server.ts";
import { HandlerWatcher } from "./watch_files.ts";

/** Loads the settings again, because the configuration file may have changed. */
export type ReloadSettings = () => Promise<Settings>;

/** Told of reloads. */
export interface ReloadObserver {
  /** A reload was requested; nothing is done about it yet. */
  reloading?(): void;
  /** A reload has succeeded: the settings serve. */
  reloaded?(settings: Settings): void;
  /** No requested reload is left; says why the last one failed, unless that is null. */
  settled?(failure: string | null): void;
}

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
  "admin",
  "adminTokenFile",
  "alertWebhook",
  "alertFormat",
  "alertCommand",
  "alertSpool",
  "pidFile",
  "statusFile",
  "stateDir",
  "respawn",
  "watch",
];

const STOPPING = "The server is stopping";

/** Reloads a server on request, one reload at a time. */
export class Reloader implements Disposable {
  readonly #server: Server;
  readonly #reloadSettings: ReloadSettings;
  readonly #log: Logger;
  readonly #observer: ReloadObserver;
  #settings: Settings;
  /** Cancels the reload that is to begin soon. */
  #cancel: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;
  /** Whether a reload waits for the one in progress. */
  #isWaiting = false;
  /** Resolve the calls of {@linkcode reload} that wait for the next one to begin. */
  #callers: ((failure: string | null) => void)[] = [];
  #isOver = false;
  readonly #watcher: HandlerWatcher;

  /** With `--watch`, begins to watch the files of the handler. */
  constructor(
    server: Server,
    settings: Settings,
    reloadSettings: ReloadSettings,
    log: Logger,
    observer: ReloadObserver = {},
  ) {
    this.#observer = observer;
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
    this.#observer.reloading?.();
    this.#cancel ??= later(GATHER, () => this.#start());
  }

  /** The settings of the last reload that succeeded, or of the start. */
  get settings(): Settings {
    return this.#settings;
  }

  /**
   * Reloads now, or once the reload in progress has ended; requests that wait join it.
   *
   * @returns Why it failed; null if it has succeeded.
   */
  reload(): Promise<string | null> {
    if (this.#isOver) return Promise.resolve(STOPPING);
    const { promise, resolve } = Promise.withResolvers<string | null>();
    this.#callers.push(resolve);
    this.#observer.reloading?.();
    this.#cancel?.();
    this.#start();
    return promise;
  }

  /** Reloads now, because a file has changed. */
  #requestNow(path: string): void {
    if (this.#isOver) return;
    this.#log.info("Reloading: a file of the handler has changed", { "file.path": path });
    this.#observer.reloading?.();
    this.#cancel?.();
    this.#start();
  }

  /** Stops reloading. Neither logs nor begins anything from here on. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#watcher[Symbol.dispose]();
    this.#cancel?.();
    for (const resolve of this.#callers) resolve(STOPPING);
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
    const callers = this.#callers;
    this.#callers = [];
    const failure = await this.#attempt();
    this.#isRunning = false;
    if (!this.#isWaiting && this.#cancel === null) this.#observer.settled?.(failure);
    for (const resolve of callers) resolve(failure);
  }

  /** Returns why it failed; null if it did not. */
  async #attempt(): Promise<string | null> {
    try {
      const settings = await this.#server.reload(() => this.#loadSettings());
      if (this.#isOver) return STOPPING;
      this.#settings = settings;
      this.#observer.reloaded?.(settings);
      const { generation, lanes } = this.#server.supervisor;
      this.#log.info("Reloaded", {
        "sluice.generation": generation,
        "sluice.workers": lanes.filter((lane) => lane.isServing).length,
      });
      return null;
    } catch (error) {
      if (this.#isOver) return STOPPING;
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error(`Cannot reload, the old workers keep serving: ${literal(reason)}`, {
        "sluice.generation": this.#server.supervisor.generation,
      });
      return `Cannot reload, the old workers keep serving: ${reason}`;
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
    if (this.#isOver) throw new Error(STOPPING);
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
