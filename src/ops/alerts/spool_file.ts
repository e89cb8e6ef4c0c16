/** The file of a spool: whose it is, and what is in it. */
import { EXIT, ExitError } from "../../base/exit.ts";
import { releaseLock } from "../../base/release_lock.ts";
import { cannotRead, cannotWrite } from "../../base/system_errors.ts";
import { isForeign } from "./spool_line.ts";

/** A spool is a few megabytes at most: a file of more bytes is something else. */
const MAX_SIZE = 64 * 1024 * 1024;

/** What to do about a spool that cannot be used. */
export const ADVICE = "choose another --alert-spool";

const NO_FILE = new Error("found something other than a file");
const NO_SPOOL = new Error(`found something other than a spool of alerts, ${ADVICE}`);

/** A spool that another server has. */
export class SpoolTaken extends ExitError {
  /** @param path The file. */
  constructor(path: string) {
    super(`Cannot use ${nameOf(path)}: another server has it, ${ADVICE}`, EXIT.cannotCreate);
  }
}

/** How messages name the file. */
export function nameOf(path: string): string {
  return `the spool of alerts ${path}`;
}

/**
 * Takes a spool for this process, by a lock on a file beside it, which ends with the process.
 *
 * @returns What leaves it to the next server.
 * @throws {SpoolTaken} If another server has it.
 * @throws {ExitError} 66, 73 or 77 if there is no file, or none can be written beside it.
 */
export async function takeSpool(path: string): Promise<Disposable> {
  await sizeOf(path);
  let file: Deno.FsFile;
  try {
    file = await Deno.open(`${path}.lock`, { write: true, create: true });
  } catch (error) {
    throw cannotWrite(nameOf(path), error, ADVICE);
  }
  const taken = { [Symbol.dispose]: () => releaseLock(file) };
  try {
    if (await file.tryLock(true)) return taken;
  } catch { // This file system has no locks.
    return taken;
  }
  file.close();
  throw new SpoolTaken(path);
}

/**
 * Reads the lines of a spool; none if there is no file.
 *
 * @throws {ExitError} 66 or 77 if it cannot be read, or is a file of something else, which would
 * be lost.
 */
export async function readSpool(path: string): Promise<readonly string[]> {
  const size = await sizeOf(path);
  if (size === 0) return [];
  if (size > MAX_SIZE) throw cannotRead(nameOf(path), NO_SPOOL);
  try {
    const text = await Deno.readTextFile(path);
    const lines = text.split("\n").filter((line) => line !== "");
    if (lines.length > 0 && lines.every(isForeign)) throw NO_SPOOL;
    return lines;
  } catch (error) {
    throw cannotRead(nameOf(path), error);
  }
}

/** The size of a file in bytes; 0 if there is none. */
async function sizeOf(path: string): Promise<number> {
  try {
    const { isFile, size } = await Deno.stat(path);
    // Reading a pipe would wait for a writer.
    if (!isFile) throw NO_FILE;
    return size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw cannotRead(nameOf(path), error);
  }
}
