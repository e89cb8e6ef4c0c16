/** Measurements that a signal ends early. */
import { type HandledSignal, SIGNALS } from "../base/signals.ts";
import type { WatchSignals } from "./signals.ts";

/** The signals that end a measurement. */
const ENDING: readonly HandledSignal[] = ["SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP"];

/** The exit code of a measurement ended by a signal, as a shell reports INT. */
export const INTERRUPTED = SIGNALS.SIGINT.exitCode;

/**
 * Runs a measurement. The first signal aborts it; a second one returns without waiting for it.
 *
 * @param act Takes the signal to abort on; returns the exit code.
 */
export function interruptible(
  watchSignals: WatchSignals,
  act: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const interruption = new AbortController();
  const abandoned = Promise.withResolvers<number>();
  watchSignals((signal) => {
    if (!ENDING.includes(signal)) return;
    if (interruption.signal.aborted) abandoned.resolve(INTERRUPTED);
    interruption.abort();
  });
  return Promise.race([act(interruption.signal), abandoned.promise]);
}
