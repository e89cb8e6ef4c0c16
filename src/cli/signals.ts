/** How commands receive signals: only `main.ts` listens for them. */
import type { HandledSignal } from "../base/signals.ts";

/** Calls `onSignal` for each signal that the process receives, until it exits. */
export type WatchSignals = (onSignal: (signal: HandledSignal) => void) => void;

/**
 * Replaces the system's default action for every signal at once, and queues signals
 * until the returned function gets a callback.
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
