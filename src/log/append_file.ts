/** Opening files to append to, without waiting and without following a planted link. */
import { later } from "../base/timers.ts";
import { report } from "./report.ts";

/** The permission bits of new log files. */
const MODE = 0o640;

/** Milliseconds until a missing reader of a pipe that may only be written is reported. */
const READER_PATIENCE = 5000;

/** An open file. */
export interface AppendFile {
  readonly file: Deno.FsFile;
  readonly info: Deno.FileInfo;
}

/**
 * Opens a file for appending, or creates it. Does not wait for a reader of a pipe,
 * unless this process may only write to it.
 *
 * A named pipe is opened for reading, too, as rsyslog and syslog-ng do: its readers
 * may come and go, and lines wait for them. An unnamed one, such as `/dev/stdout`, is
 * gone with its reader.
 *
 * @throws {Error} The system's error.
 */
export async function openForAppending(path: string): Promise<AppendFile> {
  if (!await isPipe(path)) {
    return await withInfo(await Deno.open(path, { append: true, create: true, mode: MODE }));
  }
  const both = await openForBoth(path);
  if (both === null) return await withInfo(await openWithReader(path));
  if (await isNamed(path)) return await withInfo(both);
  try {
    return await withInfo(await Deno.open(path, { write: true }));
  } finally {
    both.close();
  }
}

/**
 * Creates a file whose name has just become free. Whoever may write to the folder
 * could make a link there that leads elsewhere.
 *
 * @throws {Error} The system's error, or one that names the link.
 */
export async function createForAppending(path: string): Promise<AppendFile> {
  try {
    return await withInfo(await Deno.open(path, { append: true, createNew: true, mode: MODE }));
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if ((await Deno.lstat(path)).isSymlink) {
      throw new Error("found a link under the name of a new file, expected none");
    }
    return await openForAppending(path);
  }
}

/** Whether a path still leads to the file. */
export async function leadsTo(path: string, { dev, ino }: Deno.FileInfo): Promise<boolean> {
  try {
    const found = await Deno.stat(path);
    return found.dev === dev && found.ino === ino;
  } catch {
    return false;
  }
}

/**
 * Opens a pipe with this process as a reader, so that it need not wait for another; null
 * if it may not read.
 */
async function openForBoth(path: string): Promise<Deno.FsFile | null> {
  try {
    return await Deno.open(path, { read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return null;
    throw error;
  }
}

/** Opens a pipe for writing once it has a reader. */
async function openWithReader(path: string): Promise<Deno.FsFile> {
  const stop = later(READER_PATIENCE, () => {
    void report(`Cannot write ${path} yet: nobody reads the pipe, and this user may only write it`);
  });
  try {
    return await Deno.open(path, { write: true });
  } finally {
    stop();
  }
}

async function withInfo(file: Deno.FsFile): Promise<AppendFile> {
  return { file, info: await file.stat() };
}

async function isPipe(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFifo === true;
  } catch {
    // There is none, or it cannot be examined: opening it says why.
    return false;
  }
}

/** Whether a pipe has a name in the file system, by which a reader can open it. */
async function isNamed(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(await Deno.realPath(path))).isFifo === true;
  } catch {
    return false;
  }
}
