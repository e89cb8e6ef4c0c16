/**
 * Exit codes after sysexits(3). `0` also follows a drain; `130`, `131` and `143`
 * (128 and the signal's number) follow only a stop that was cut short.
 */
export const EXIT = {
  /** Stopped as asked. */
  ok: 0,
  /** The command line is wrong. */
  usage: 64,
  /** A file that was named is not there. */
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

/** One of the codes of {@linkcode EXIT}. */
export type ExitCode = typeof EXIT[keyof typeof EXIT];

/**
 * A mistake that the user can mend. `main.ts` prints its message as one line on
 * stderr, without a stack, and exits with its code.
 */
export class ExitError extends Error {
  override readonly name = "ExitError";

  /**
   * @param message What was wrong, what was expected, and where; one line.
   * @param exitCode The documented code to exit with.
   */
  constructor(message: string, readonly exitCode: ExitCode, options?: ErrorOptions) {
    super(message, options);
  }
}
