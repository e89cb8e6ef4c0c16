import { printable } from "./printable.ts";

/**
 * Exit codes, as in sysexits(3). A drain exits with `ok`, even if its deadline kills
 * connections; one cut short by a signal exits with `130`, `131` or `143` (128 plus
 * the signal's number).
 */
export const EXIT = {
  /** Done, or stopped as requested. */
  ok: 0,
  /** The server that `status` or `probe` was asked about is gone, silent or not ready. */
  notServing: 1,
  /** The command line is wrong. */
  usage: 64,
  /** A named file does not exist. */
  noInput: 66,
  /** An address cannot be bound. */
  unavailable: 69,
  /** The server itself failed. */
  software: 70,
  /** A file cannot be created. */
  cannotCreate: 73,
  /** The system or the runtime refuses permission. */
  noPermission: 77,
  /** The environment, a configuration file or a handler is wrong. */
  config: 78,
} as const;

/** The codes of mistakes that another start would only repeat; a disk may not stay full. */
export const MISTAKES = [
  EXIT.usage,
  EXIT.noInput,
  EXIT.noPermission,
  EXIT.config,
] as const;

/** One of the codes of {@linkcode EXIT}. */
export type ExitCode = typeof EXIT[keyof typeof EXIT];

/**
 * A mistake that the user can correct. `main.ts` prints its message as one line
 * on stderr, without a stack, and exits with its code.
 */
export class ExitError extends Error {
  override readonly name = "ExitError";

  /**
   * @param message What is wrong, where, and what was expected, in one line. Control
   * characters are escaped: it may quote what others wrote.
   * @param exitCode The documented exit code.
   */
  constructor(message: string, readonly exitCode: ExitCode, options?: ErrorOptions) {
    super(printable(message, Infinity), options);
  }
}
