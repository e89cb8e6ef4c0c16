import process from "node:process";
import { EXIT, ExitError } from "../base/exit.ts";
import { cannotWrite } from "../base/system_errors.ts";

/**
 * Writes this process's number to a file, whole or not at all, in place of a
 * stale one. Disposing removes the file if it still holds our number.
 *
 * @throws {ExitError} 73 when the file names another living process, holds
 * something other than a number, or cannot be written; 77 when permission is refused.
 */
export function writePidFile(path: string): Disposable {
  const found = read(path);
  if (found !== null && found !== Deno.pid && isAlive(found)) {
    throw new ExitError(
      `Cannot write the pid file ${path}: already running as process ${found}, stop it or choose another --pid-file`,
      EXIT.cannotCreate,
    );
  }
  // Renamed into place, so that nobody reads half a number.
  const draft = `${path}.${Deno.pid}.new`;
  try {
    Deno.writeTextFileSync(draft, `${Deno.pid}\n`, { mode: 0o644 });
    Deno.renameSync(draft, path);
  } catch (error) {
    removeIfThere(draft);
    throw refusal(path, error);
  }
  return {
    [Symbol.dispose]() {
      try {
        if (read(path) === Deno.pid) removeIfThere(path);
      } catch {
        // Another's file by now, or out of reach: not ours to remove.
      }
    },
  };
}

/** The number in the file; null when there is no file or an empty one. */
function read(path: string): number | null {
  let text: string;
  try {
    text = Deno.readTextFileSync(path).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw refusal(path, error);
  }
  if (text === "") return null;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new ExitError(
    `Cannot write the pid file ${path}: found something other than a process number, name a file of its own`,
    EXIT.cannotCreate,
  );
}

/**
 * Signal 0 only asks. It goes through node:process, as `Deno.kill` has no signal
 * 0, and not through /proc, which Deno keeps from all but `--allow-all`. It needs
 * `--allow-run`; without it a process counts as alive, since two servers on one
 * pid file are worse than a file to be removed by hand.
 */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM is a living process of another user.
    return (error as { code?: string }).code !== "ESRCH";
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Gone already, which is what was wanted.
  }
}

function refusal(path: string, error: unknown): ExitError {
  return cannotWrite(`the pid file ${path}`, error, "choose another --pid-file");
}
