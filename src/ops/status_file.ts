import { cannotWrite } from "../base/system_errors.ts";
import type { Status } from "./status.ts";

/** Milliseconds between two writes. */
const PERIOD_MS = 1000;

/**
 * Writes the status to a file as JSON, at once and then once a second, each time
 * whole or not at all. Disposing waits for a write that is under way, and removes
 * the file if it is still this process's.
 *
 * @param take Called for each write.
 * @param onTrouble Called when a later write fails, once until one succeeds again.
 * @param period Milliseconds between two writes; one that takes longer is waited for.
 * @throws {ExitError} When the first write fails: 77 when permission is refused,
 * otherwise 73.
 */
export function keepStatusFile(
  path: string,
  take: () => Status,
  onTrouble: (error: Error) => void,
  period: number = PERIOD_MS,
): AsyncDisposable {
  const file = `the status file ${path}`;
  const draft = `${path}.${Deno.pid}.new`;
  writeFirst(path, draft, take());
  let failing = false;
  async function write() {
    try {
      await Deno.writeTextFile(draft, textOf(take()), FRESH);
      await Deno.rename(draft, path);
      failing = false;
    } catch (error) {
      await removeIfThere(draft);
      if (failing) return;
      failing = true;
      onTrouble(cannotWrite(file, error, "writing goes on when it can be written"));
    }
  }
  let underWay: Promise<void> | null = null;
  const timer = setInterval(() => {
    underWay ??= write().finally(() => underWay = null);
  }, period);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await underWay;
      await removeIfThere(draft);
      if (await isOurs(path)) await removeIfThere(path);
    },
  };
}

/** A draft is never another's file, nor a link to one. */
const FRESH: Deno.WriteFileOptions = { createNew: true, mode: 0o644 };

function writeFirst(path: string, draft: string, status: Status): void {
  // An earlier process of this number may have left one.
  removeIfThereSync(draft);
  try {
    Deno.writeTextFileSync(draft, textOf(status), FRESH);
    Deno.renameSync(draft, path);
  } catch (error) {
    removeIfThereSync(draft);
    throw cannotWrite(`the status file ${path}`, error, "choose another --status-file");
  }
}

function textOf(status: Status): string {
  return `${JSON.stringify(status, null, 2)}\n`;
}

async function isOurs(path: string): Promise<boolean> {
  try {
    return JSON.parse(await Deno.readTextFile(path))?.pid === Deno.pid;
  } catch {
    // Gone, out of reach or another's by now.
    return false;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch {
    // Gone already, which is what was wanted.
  }
}

function removeIfThereSync(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // As above.
  }
}
