import { replaceFile, replaceFileSync } from "../../base/replace_file.ts";
import { cannotWrite } from "../../base/system_errors.ts";
import { every } from "../../base/timers.ts";
import type { Status } from "./status.ts";

/** Milliseconds between writes. */
const PERIOD_MS = 1000;

/**
 * Writes the status to a file as JSON, at once and then every second. Readers
 * never see a partial file. Disposing waits for a write in progress, and removes
 * the file if it still belongs to this process.
 *
 * @param read Called before each write.
 * @param onOutage Called when a later write fails, once per outage.
 * @param period Milliseconds between writes; a slow write delays the next.
 * @throws {ExitError} If the first write fails: 77 if permission is denied,
 * otherwise 73.
 */
export function keepStatusFile(
  path: string,
  read: () => Status,
  onOutage: (error: Error) => void,
  period: number = PERIOD_MS,
): AsyncDisposable {
  const file = `the status file ${path}`;
  try {
    replaceFileSync(path, textOf(read()));
  } catch (error) {
    throw cannotWrite(file, error, "choose another --status-file");
  }
  let failing = false;
  async function write(): Promise<void> {
    try {
      await replaceFile(path, textOf(read()));
      failing = false;
    } catch (error) {
      if (failing) return;
      failing = true;
      onOutage(cannotWrite(file, error, "retrying every second"));
    }
  }
  let writing: Promise<void> | null = null;
  const stop = every(period, () => {
    writing ??= write().finally(() => writing = null);
  });
  return {
    async [Symbol.asyncDispose]() {
      stop();
      await writing;
      await removeOwn(path);
    },
  };
}

function textOf(status: Status): string {
  return `${JSON.stringify(status, null, 2)}\n`;
}

async function removeOwn(path: string): Promise<void> {
  try {
    // Reading a pipe would wait for a writer.
    if (!(await Deno.lstat(path)).isFile) return;
    const { pid } = JSON.parse(await Deno.readTextFile(path));
    if (pid === Deno.pid) await Deno.remove(path);
  } catch {
    // It is gone, out of reach, or no longer a status file: leave it.
  }
}
