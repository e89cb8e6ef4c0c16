/** The stop of a server in its order: not ready, `--drain-delay`, door closed, drain, kill. */
import { EXIT } from "../base/exit.ts";
import { type HandledSignal, SIGNALS } from "../base/signals.ts";
import { later } from "../base/timers.ts";
import type { AccessLog } from "../log/access_log.ts";
import type { Log } from "../log/log.ts";
import type { Reloader } from "../server/reloader.ts";
import type { Server } from "../server/server.ts";
import type { Settings } from "../settings/options.ts";
import { formatDuration } from "../settings/units.ts";
import type { Stop } from "../supervision/stop.ts";
import type { WatchSignals } from "./signals.ts";

/** The parts of a server that signals act on. */
export interface SignalTargets {
  readonly server: Server;
  readonly settings: Settings;
  readonly log: Log;
  readonly accessLog: AccessLog;
  readonly reloader: Reloader;
  readonly watchSignals: WatchSignals;
  /** Called when the server begins to stop: as it was told to, or because it cannot go on. */
  readonly onStopping?: (isTold: boolean) => void;
}

/** How a server ended. */
export interface End {
  readonly stop: Stop;
  readonly exitCode: number;
  /** Why it could not go on; null if a signal stopped it. */
  readonly failure: Error | null;
}

/** The shutdown of a server, from the first signal, a command or a failure to its end. */
export class Shutdown {
  readonly ended: Promise<End>;
  readonly #resolve: (end: End) => void;
  readonly #targets: SignalTargets;
  #isStopping = false;
  /** Whether a command has begun to drain, and no signal has come since. */
  #isByCommand = false;
  #failure: Error | null = null;
  /** Ends the time in which a server that stops still accepts. */
  readonly #shortenDelay = new AbortController();
  /** The exit code of the first signal that killed; null until one does. */
  #killedBy: number | null = null;

  constructor(targets: SignalTargets) {
    this.#targets = targets;
    ({ promise: this.ended, resolve: this.#resolve } = Promise.withResolvers<End>());
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Drains, or kills if the server is already draining, unless only a command has begun that. */
  drainOrKill(signal: "SIGTERM" | "SIGINT"): void {
    if (this.#isByCommand) {
      // Such as that of a service manager, whose hook has sent the command.
      this.#isByCommand = false;
      logEffect(this.#targets, signal, "draining, a second signal closes all connections at once");
      return;
    }
    if (this.#isStopping) return this.kill(signal);
    logEffect(this.#targets, signal, "stopping, a second signal closes all connections at once");
    void this.#drain();
  }

  /** Closes all connections at once. */
  kill(signal: "SIGTERM" | "SIGINT" | "SIGQUIT"): void {
    logEffect(this.#targets, signal, "closing all connections at once");
    this.#killedBy ??= SIGNALS[signal].exitCode;
    this.#shortenDelay.abort();
    this.#targets.server.supervisor.kill();
    if (!this.#isStopping) void this.#drain();
  }

  /** Drains on a command; does nothing if the server is stopping. */
  drain(): void {
    if (this.#isStopping) return;
    this.#isByCommand = true;
    void this.#drain();
  }

  /** Drains because the server cannot go on. */
  fail(error: Error): void {
    if (this.#isStopping && this.#shortenDelay.signal.aborted) return;
    this.#failure = error;
    // No worker is left to serve those who come meanwhile.
    this.#shortenDelay.abort();
    if (!this.#isStopping) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isStopping = true;
    const { server, reloader } = this.#targets;
    reloader[Symbol.dispose]();
    server.announceStop();
    this.#targets.onStopping?.(this.#failure === null);
    // As of the last reload.
    const { drainDelay } = server.settings;
    if (drainDelay > 0) await this.#letBalancersNotice(server.settings);
    this.#shortenDelay.abort();
    const stop = await server.stop();
    const drained = this.#failure === null ? EXIT.ok : EXIT.software;
    this.#resolve({
      stop,
      failure: this.#failure,
      exitCode: stop.isCutShort ? this.#killedBy ?? drained : drained,
    });
  }

  /**
   * Goes on accepting for `--drain-delay`: balancers learn that the server stops by
   * their next checks only, and send clients until then.
   */
  async #letBalancersNotice({ drainDelay, gracefulTimeout }: DrainSettings): Promise<void> {
    const { signal } = this.#shortenDelay;
    if (signal.aborted) return;
    const [delay, grace, sum] = [drainDelay, gracefulTimeout, drainDelay + gracefulTimeout]
      .map(formatDuration);
    const { logger } = this.#targets.log;
    logger.info(
      `Not ready: accepting clients for ${delay} more, then draining for up to ${grace}, ` +
        `${sum} in all`,
      {
        "sluice.drain_delay": drainDelay / 1000,
        "sluice.graceful_timeout": gracefulTimeout / 1000,
      },
    );
    await new Promise<void>((resolve) => {
      const stop = later(drainDelay, resolve);
      signal.addEventListener("abort", () => {
        stop();
        resolve();
      });
    });
    if (!signal.aborted) {
      logger.info(`Closing the listeners: ${delay} are over, draining for up to ${grace}`);
    }
  }
}

type DrainSettings = Pick<Settings, "drainDelay" | "gracefulTimeout">;

/** Logs what a signal does. */
export function logEffect({ log }: SignalTargets, signal: HandledSignal, effect: string): void {
  log.logger.info(`${signal} received: ${effect}`, { "sluice.signal": signal });
}
