/** Messages and exit codes for errors of the system. */
import { EXIT, ExitError } from "./exit.ts";

/** Whether permission was denied, by the system or by the runtime. */
export function isDenied(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable;
}

/** The first line of an error's message; the runtime puts advice on the others. Never throws. */
export function firstLine(error: unknown): string {
  try {
    const [line = ""] = String(error instanceof Error ? error.message : error).split("\n");
    return line;
  } catch { // A getter, a proxy or toString() of what a module threw.
    return `a value of type ${typeof error} that cannot be shown`;
  }
}

/**
 * The system's own words for an error, such as "no space left on device": one
 * line, without the path and the error number.
 */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reason = error.message.replace(/ \(os error \d+\).*$/s, "").replace(/[\r\n]+/g, " ");
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}

/**
 * The error for a file that cannot be read. Its exit code is 77 if permission is
 * denied, otherwise 66.
 *
 * @param file The file, as named in the message: `the status file "s.json"`.
 */
export function cannotRead(file: string, cause: unknown): ExitError {
  const reason = cause instanceof Deno.errors.NotFound
    ? "no such file"
    : cause instanceof Deno.errors.IsADirectory
    ? "it is a folder, expected a file"
    : systemReason(cause);
  const code = isDenied(cause) ? EXIT.noPermission : EXIT.noInput;
  return new ExitError(`Cannot read ${file}: ${reason}`, code, { cause });
}

/**
 * The error for a file that cannot be written. Its exit code is 77 if permission
 * is denied, otherwise 73.
 *
 * @param file The file, as named in the message: `the pid file sluice.pid`.
 * @param advice What to do about it: `choose another --pid-file`.
 */
export function cannotWrite(file: string, cause: unknown, advice = ""): ExitError {
  const reason = cause instanceof Deno.errors.NotFound
    ? "its folder does not exist"
    : systemReason(cause);
  const message = [`Cannot write ${file}: ${reason}`, advice].filter((part) => part !== "");
  const code = isDenied(cause) ? EXIT.noPermission : EXIT.cannotCreate;
  return new ExitError(message.join(", "), code, { cause });
}
