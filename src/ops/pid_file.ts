import { EXIT, ExitError } from "../base/exit.ts";
import { isProcessAlive } from "../base/process_alive.ts";
import { replaceFileSync } from "../base/replace_file.ts";
import { cannotWrite } from "../base/system_errors.ts";

/**
 * Writes this process's id to a file, replacing a stale one. Disposing removes the
 * file if it still holds this id. Without permission to check, every process counts as
 * alive: two servers on one pid file are worse than a stale file that the user has to
 * remove.
 *
 * @throws {ExitError} 73 if the file names another live process, holds something
 * other than a process id, or cannot be written; 77 if permission is denied.
 */
export function writePidFile(path: string): Disposable {
  try {
    const found = readPid(path);
    if (found !== null && found !== Deno.pid && isProcessAlive(found)) {
      throw refusal(path, `already running as process ${found}`, "stop it or choose another");
    }
    replaceFileSync(path, `${Deno.pid}\n`);
  } catch (error) {
    if (error instanceof ExitError) throw error;
    throw cannotWrite(`the pid file ${path}`, error, "choose another --pid-file");
  }
  return {
    [Symbol.dispose]() {
      try {
        if (readPid(path) === Deno.pid) Deno.removeSync(path);
      } catch {
        // It belongs to another process by now, or is out of reach: leave it.
      }
    },
  };
}

/** The process id in the file; null if there is no file or it is empty. */
function readPid(path: string): number | null {
  const text = readIfThere(path).trim();
  if (text === "") return null;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw refusal(path, "found something other than a process id", "choose another");
}

function readIfThere(path: string): string {
  try {
    // Reading a pipe would wait for a writer.
    if (!Deno.statSync(path).isFile) {
      throw refusal(path, "found something other than a file", "choose another");
    }
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function refusal(path: string, found: string, advice: string): ExitError {
  return new ExitError(
    `Cannot write the pid file ${path}: ${found}, ${advice} --pid-file`,
    EXIT.cannotCreate,
  );
}
