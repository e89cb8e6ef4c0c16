/** The signals that Sluice handles. As process 1, the runtime alone would ignore TERM or crash on it. */

/** What a signal means to a server. */
export interface SignalMeaning {
  /** One line without a full stop, for `--help`. */
  readonly help: string;
  /** The exit code if the signal kills connections, 128 plus its number; null if it never does. */
  readonly exitCode: number | null;
}

/** Each signal with its meaning, in the order of `--help`. */
export const SIGNALS = {
  SIGTERM: {
    help: "Drain: stop accepting, finish, exit; a second one stops at once",
    exitCode: 143,
  },
  SIGINT: { help: "Like TERM", exitCode: 130 },
  SIGQUIT: { help: "Stop at once", exitCode: 131 },
  SIGHUP: { help: "Reload settings and handler, reopen the log files", exitCode: null },
  SIGTTIN: { help: "Add a worker", exitCode: null },
  SIGTTOU: { help: "Remove a worker", exitCode: null },
} as const satisfies Partial<Record<Deno.Signal, SignalMeaning>>;

/** The name of a signal that is handled. */
export type HandledSignal = keyof typeof SIGNALS;

/** The names of all signals that are handled. */
export const SIGNAL_NAMES = Object.keys(SIGNALS) as HandledSignal[];
