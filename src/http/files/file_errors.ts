import { isDenied } from "../../base/system_errors.ts";
import { HttpError } from "../error.ts";

/** What the system says of a path that names nothing, or cannot. */
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"]);
/** No descriptor is left, of this process or of the system. */
const EXHAUSTED: ReadonlySet<string> = new Set(["EMFILE", "ENFILE"]);

/**
 * Calls a function that asks the system for a file.
 *
 * @returns What it returns; null where there is no such file.
 * @throws {HttpError} 403 if permission is refused, 503 if descriptors have run out.
 */
export function askSystem<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    if (isAbsent(error)) return null;
    if (isDenied(error)) throw new HttpError(403, "the file may not be read");
    if (EXHAUSTED.has(codeOf(error))) {
      throw new HttpError(503, "too many open files", [["Retry-After", "1"]]);
    }
    throw error;
  }
}

/** Whether the system says that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return ABSENT.has(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
