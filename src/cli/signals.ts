/** How commands receive signals: only `main.ts` listens for them. */
import type { HandledSignal } from "../base/signals.ts";

/** Calls `onSignal` for each signal that the process receives, until it exits. */
export type WatchSignals = (onSignal: (signal: HandledSignal) => void) => void;

/**
 * Calls `onStop` before the process is stopped by the terminal, as Ctrl-Z does, and `onContinue`
 * whenever it goes on.
 */
export type WatchSuspension = (onStop: () => void, onContinue: () => void) => void;
