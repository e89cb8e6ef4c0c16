/** What each signal does to a running server. */
import type { HandledSignal } from "../base/signals.ts";
import { type End, logEffect, Shutdown, type SignalTargets } from "./shutdown.ts";

const STOPPING = "ignored, the server is stopping";

/**
 * Resolves when the server has stopped: on a signal or a command, or because its workers keep
 * failing.
 */
export function stopOnSignal(
  targets: SignalTargets,
  shutdown = new Shutdown(targets),
): Promise<End> {
  const { supervisor } = targets.server;
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
