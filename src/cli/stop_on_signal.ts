/** What each signal does to a running server. */
import { EXIT } from "../base/exit.ts";
import { type HandledSignal, SIGNALS } from "../base/signals.ts";
import type { AccessLog } from "../log/access_log.ts";
import type { Log } from "../log/log.ts";
import type { Reloader } from "../server/reloader.ts";
import type { Server } from "../server/server.ts";
import type { Settings } from "../settings/options.ts";
import type { Stop } from "../supervision/stop.ts";
import type { WatchSignals } from "./signals.ts";

const STOPPING = "ignored, the server is stopping";

/** The parts of a server that signals act on. */
export interface SignalTargets {
  readonly server: Server;
  readonly settings: Settings;
  readonly log: Log;
  readonly accessLog: AccessLog;
  readonly reloader: Reloader;
  readonly watchSignals: WatchSignals;
}

/** How a server ended. */
export interface End {
  readonly stop: Stop;
  readonly exitCode: number;
  /** Why it could not go on; null if a signal stopped it. */
  readonly failure: Error | null;
}

/** Resolves when the server has stopped: on a signal, or because its workers keep failing. */
export function stopOnSignal(targets: SignalTargets): Promise<End> {
  const { supervisor } = targets.server;
  const shutdown = new Shutdown(targets);
  const effects: Record<HandledSignal, () => void> = {
    SIGTERM: () => shutdown.drainOrKill("SIGTERM"),
    SIGINT: () => shutdown.drainOrKill("SIGINT"),
    SIGQUIT: () => shutdown.kill("SIGQUIT"),
    SIGHUP: () => reload(targets, shutdown.isStopping),
    SIGTTIN: () => scale(targets, "SIGTTIN", 1, shutdown.isStopping),
    SIGTTOU: () => scale(targets, "SIGTTOU", -1, shutdown.isStopping),
  };
  targets.watchSignals((signal) => effects[signal]());
  void supervisor.failed.then((error) => shutdown.fail(error));
  return shutdown.ended;
}

/** The shutdown of a server, from the first signal or a failure to its end. */
class Shutdown {
  readonly ended: Promise<End>;
  readonly #resolve: (end: End) => void;
  readonly #targets: SignalTargets;
  #isStopping = false;
  #failure: Error | null = null;
  /** The exit code of the first signal that killed; null until one does. */
  #killedBy: number | null = null;

  constructor(targets: SignalTargets) {
    this.#targets = targets;
    ({ promise: this.ended, resolve: this.#resolve } = Promise.withResolvers<End>());
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Drains, or kills if the server is already draining. */
  drainOrKill(signal: "SIGTERM" | "SIGINT"): void {
    if (this.#isStopping) return this.kill(signal);
    logEffect(this.#targets, signal, "stopping, a second signal closes all connections at once");
    void this.#drain();
  }

  /** Closes all connections at once. */
  kill(signal: "SIGTERM" | "SIGINT" | "SIGQUIT"): void {
    logEffect(this.#targets, signal, "closing all connections at once");
    this.#killedBy ??= SIGNALS[signal].exitCode;
    this.#targets.server.supervisor.kill();
    if (!this.#isStopping) void this.#drain();
  }

  /** Drains because the server cannot go on. */
  fail(error: Error): void {
    if (this.#isStopping) return;
    this.#failure = error;
    void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isStopping = true;
    const { server, reloader } = this.#targets;
    reloader[Symbol.dispose]();
    const stop = await server.stop();
    const drained = this.#failure === null ? EXIT.ok : EXIT.software;
    this.#resolve({
      stop,
      failure: this.#failure,
      exitCode: stop.isCutShort ? this.#killedBy ?? drained : drained,
    });
  }
}

function reload(targets: SignalTargets, isStopping: boolean): void {
  if (isStopping) return logEffect(targets, "SIGHUP", STOPPING);
  logEffect(targets, "SIGHUP", "reopening the logs, reloading");
  void targets.log.reopen();
  void targets.accessLog.reopen();
  targets.reloader.request();
}

function scale(
  targets: SignalTargets,
  signal: HandledSignal,
  difference: 1 | -1,
  isStopping: boolean,
): void {
  if (isStopping) return logEffect(targets, signal, STOPPING);
  const { server: { plan, supervisor }, settings } = targets;
  if (plan.place === "here") {
    return logEffect(targets, signal, `ignored, --mode ${settings.mode} has one worker`);
  }
  const { before, now } = supervisor.scale(difference);
  const verb = difference === 1 ? "adding" : "retiring";
  const effect = before === now
    ? `keeping ${now} worker, the minimum`
    : `${verb} a worker, now ${now}`;
  logEffect(targets, signal, effect);
}

function logEffect({ log }: SignalTargets, signal: HandledSignal, effect: string): void {
  log.logger.info(`${signal} received: ${effect}`, { "sluice.signal": signal });
}
