/** What each signal means to a server that runs. */
import type { AccessLog } from "../log/access_log.ts";
import { EXIT } from "../base/exit.ts";
import type { Log } from "../log/log.ts";
import type { Reloader } from "../server/reloader.ts";
import type { Server } from "../server/server.ts";
import type { Settings } from "../settings/options.ts";
import type { Stop } from "../supervision/stop.ts";

/** Calls back for each signal that the process is sent, until the process ends. */
export type WatchSignals = (onSignal: (signal: Deno.Signal) => void) => void;

/**
 * Takes signals from now on, so that none has the system's effect, and keeps
 * them until someone acts on them.
 */
export function keepSignals(watchSignals: WatchSignals): WatchSignals {
  const kept: Deno.Signal[] = [];
  let act = (signal: Deno.Signal): void => void kept.push(signal);
  watchSignals((signal) => act(signal));
  return (onSignal) => {
    act = onSignal;
    kept.forEach(onSignal);
  };
}

/** Those that ask a program to end. */
const ENDING: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP"];

/** As a shell reports a program that INT ended. */
export const INTERRUPTED = 130;

/**
 * Does something that ends early when the process is asked to end, and is left
 * where it is when the process is asked again.
 *
 * @param act Takes the signal to end; gives the code to exit with.
 */
export function interruptible(
  watchSignals: WatchSignals,
  act: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const interruption = new AbortController();
  const again = Promise.withResolvers<number>();
  watchSignals((signal) => {
    if (!ENDING.includes(signal)) return;
    if (interruption.signal.aborted) again.resolve(INTERRUPTED);
    interruption.abort();
  });
  return Promise.race([act(interruption.signal), again.promise]);
}

/** What signals act on. */
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
  /** Why it could not go on; null when it was told to stop. */
  readonly failure: Error | null;
}

/** Resolves when the server has stopped: as the signals said, or because it cannot go on. */
export function stopOnSignal(targets: SignalTargets): Promise<End> {
  const { server, settings, log: { logger, reopen }, accessLog, reloader } = targets;
  const { supervisor, plan } = server;
  const { promise, resolve } = Promise.withResolvers<End>();
  let cutShortBy: number | null = null;
  let failure: Error | null = null;
  let isStopping = false;
  const say = (signal: Deno.Signal, effect: string) =>
    logger.info(`${signal} received: ${effect}`, { "sluice.signal": signal });

  async function drain() {
    isStopping = true;
    reloader[Symbol.dispose]();
    const stop = await server.stop(settings.gracefulTimeout);
    const orderly = failure === null ? EXIT.ok : EXIT.software;
    resolve({ stop, failure, exitCode: stop.killed ? cutShortBy ?? orderly : orderly });
  }
  function drainOrCut(signal: Deno.Signal, exitCode: number) {
    if (isStopping) return cut(signal, exitCode);
    const open = supervisor.lanes.reduce((sum, lane) => sum + lane.row.open, 0);
    say(signal, `draining ${open} connections, a second signal closes them at once`);
    void drain();
  }
  function cut(signal: Deno.Signal, exitCode: number) {
    say(signal, "closing all connections at once");
    cutShortBy ??= exitCode;
    supervisor.kill();
    if (!isStopping) void drain();
  }
  function scale(signal: Deno.Signal, difference: 1 | -1) {
    if (plan.place === "here") return say(signal, `--mode ${settings.mode} has one worker`);
    const { before, now } = supervisor.scale(difference);
    const verb = difference === 1 ? "adding" : "retiring";
    say(
      signal,
      before === now ? `${now} is the fewest workers` : `${verb} a worker, of now ${now}`,
    );
  }
  const effects: Partial<Record<Deno.Signal, () => void>> = {
    SIGTERM: () => drainOrCut("SIGTERM", 143),
    SIGINT: () => drainOrCut("SIGINT", 130),
    SIGQUIT: () => cut("SIGQUIT", 131),
    SIGHUP: () => {
      if (isStopping) return say("SIGHUP", "the server is stopping");
      say("SIGHUP", "reopening the log, reloading");
      void reopen();
      void accessLog.reopen();
      reloader.request();
    },
    SIGTTIN: () => scale("SIGTTIN", 1),
    SIGTTOU: () => scale("SIGTTOU", -1),
  };
  targets.watchSignals((signal) => effects[signal]?.());
  void supervisor.failed.then((error) => {
    if (isStopping) return;
    failure = error;
    void drain();
  });
  return promise;
}
