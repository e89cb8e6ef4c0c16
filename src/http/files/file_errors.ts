import { isDenied } from "../../base/system_errors.ts";
import { HttpError } from "../error.ts";

/** The system's codes for a path that names no file. */
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"]);
/** The system's codes when this process, or the system, has no file descriptor left. */
const EXHAUSTED: ReadonlySet<string> = new Set(["EMFILE", "ENFILE"]);

/**
 * Calls a file system function, and translates its errors.
 *
 * @returns null if there is no such file.
 * @throws {HttpError} 403 if permission is denied, 503 if no file descriptor is left.
 */
export function tryFile<T>(call: () => T): T | null {
  try {
    return call();
  } catch (error) {
    if (isAbsent(error)) return null;
    if (isDenied(error)) throw new HttpError(403, "the file is not readable");
    if (EXHAUSTED.has(codeOf(error))) {
      throw new HttpError(503, "too many open files", [["Retry-After", "1"]]);
    }
    throw error;
  }
}

/** Whether a system error says that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return ABSENT.has(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
