/** How the parts of the program hear signals; `main.ts` alone listens for them. */
import type { HandledSignal } from "../base/signals.ts";

/** Calls back for each signal that the process receives, until it exits. */
export type WatchSignals = (onSignal: (signal: HandledSignal) => void) => void;

/**
 * Replaces the system's default action of every signal at once, and queues the
 * signals until the returned function is given a callback.
 */
export function queueSignals(watchSignals: WatchSignals): WatchSignals {
  const queue: HandledSignal[] = [];
  let act = (signal: HandledSignal): void => void queue.push(signal);
  watchSignals((signal) => act(signal));
  return (onSignal) => {
    act = onSignal;
    queue.forEach(onSignal);
  };
}
