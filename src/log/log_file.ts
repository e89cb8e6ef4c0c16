import { systemReason } from "../base/system_errors.ts";
import { later } from "../base/timers.ts";
import type { Destination } from "./destination.ts";
import { type AppendFile, createForAppending, leadsTo, openForAppending } from "./append_file.ts";
import { report } from "./report.ts";

// Why not getRotatingFileSink of @logtape/file 2.3.10: it writes and rotates
// synchronously on the event loop even with `nonBlocking`, its queue is unbounded,
// it discards a batch whose write failed, it takes a short write for a complete
// one, it never recovers from a failed rename, and it cannot reopen. Only its byte
// counting would be of use.

const NEWLINE = 10;

/** Milliseconds that a write to a pipe may last before nobody seems to read it. */
const PIPE_PATIENCE = 5000;

/** When a log file is rotated, and how many are kept. */
export interface Rotation {
  /** Maximum size of a file in bytes; 0 never rotates. */
  readonly maxSize: number;
  /** Files to keep, including the current one: 3 keeps `log`, `log.1` and `log.2`. */
  readonly maxFiles: number;
}

/**
 * Opens a log file for appending. Rotates regular files, never a device or a
 * pipe, and never splits a line over two files.
 *
 * @param name As named in messages: "the log file x.log".
 * @throws {Error} The system's error, if the file cannot be opened.
 */
export async function openLogFile(
  name: string,
  path: string,
  rotation: Rotation,
): Promise<Destination> {
  const destination = new LogFile(name, path, rotation);
  await destination.reopen();
  return destination;
}

class LogFile implements Destination {
  readonly name: string;
  readonly #path: string;
  readonly #maxFiles: number;
  readonly #maxSize: number;
  #file: Deno.FsFile | null = null;
  /** What the file is, if it is a pipe. */
  #pipe: Deno.FileInfo | null = null;
  /** Rejects a write to a pipe that is to be left. */
  #leave = withoutWaiter();
  /** Whether the file has been rotated, and its name is free. */
  #isFree = false;
  #isUnread = false;
  #size = 0;
  #rotateAt = Infinity;
  #midLine = false;

  constructor(name: string, path: string, { maxSize, maxFiles }: Rotation) {
    this.name = name;
    this.#path = path;
    this.#maxSize = maxSize > 0 ? maxSize : Infinity;
    this.#maxFiles = Math.max(1, maxFiles);
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    if (this.#file === null) await this.#open();
    let length = this.#fitting(bytes);
    if (length === 0) {
      await this.#rotate();
      // If rotation failed, write the line to the full file.
      length = this.#fitting(bytes) || firstLineLength(bytes);
    }
    if (this.#file === null) throw new Error("The file is not open");
    const writing = this.#file.write(bytes.subarray(0, length));
    const written = await (this.#pipe === null ? writing : this.#patiently(writing));
    if (written === 0) throw new Deno.errors.WriteZero("Nothing was written");
    this.#size += written;
    this.#midLine = bytes[written - 1] !== NEWLINE;
    return written;
  }

  async reopen(): Promise<void> {
    // Opened again, it would be the same pipe, and could lose what waits in it.
    if (this.#pipe !== null && await leadsTo(this.#path, this.#pipe)) return;
    this.#isFree = false;
    await this.#open();
  }

  async interrupt(): Promise<void> {
    const leave = this.#leave;
    if (this.#pipe === null || await leadsTo(this.#path, this.#pipe)) return;
    leave.reject(new Deno.errors.Interrupted("The pipe is no longer under this name"));
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
    this.#pipe = null;
    this.#leave.reject(new Deno.errors.Interrupted("The pipe is closed"));
  }

  async #open(): Promise<void> {
    this.close();
    const open = this.#isFree ? createForAppending : openForAppending;
    this.#use(await open(this.#path));
  }

  #use({ file, info }: AppendFile): void {
    this.#file = file;
    this.#pipe = info.isFifo ? info : null;
    this.#leave = withoutWaiter();
    this.#isFree = false;
    this.#size = info.size;
    this.#rotateAt = info.isFile ? this.#maxSize : Infinity;
    this.#midLine = false;
  }

  /** Waits for a write to a pipe; reports once if nobody seems to read it. */
  async #patiently(writing: Promise<number>): Promise<number> {
    const stop = later(PIPE_PATIENCE, () => {
      if (this.#isUnread) return;
      this.#isUnread = true;
      void report(`Cannot write ${this.name}: nobody reads the pipe, its records wait`);
    });
    try {
      const written = await Promise.race([writing, this.#leave.promise]);
      this.#isUnread = false;
      return written;
    } finally {
      stop();
    }
  }

  /** The number of bytes that fit into this file, in whole lines; 0 if it must be rotated first. */
  #fitting(bytes: Uint8Array): number {
    if (this.#midLine) return firstLineLength(bytes);
    const room = this.#rotateAt - this.#size;
    if (bytes.length <= room) return bytes.length;
    const lines = room > 0 ? bytes.lastIndexOf(NEWLINE, room - 1) + 1 : 0;
    if (lines > 0) return lines;
    // A line longer than the limit gets a file of its own.
    return this.#size === 0 ? firstLineLength(bytes) : 0;
  }

  async #rotate(): Promise<void> {
    try {
      await this.#moveUp();
    } catch (error) {
      // Records matter more than the limit: keep writing, and retry after as many bytes again.
      this.#rotateAt = this.#size + this.#maxSize;
      await report(`Cannot rotate ${this.name}: ${systemReason(error)}, it will exceed its limit`);
      return;
    }
    this.#isFree = true;
    await this.#open();
  }

  /** Renames `log` to `log.1`, `log.1` to `log.2` and so on, up to the first free number. */
  async #moveUp(): Promise<void> {
    const nth = (n: number) => n === 0 ? this.#path : `${this.#path}.${n}`;
    const last = this.#maxFiles - 1;
    let free = 0;
    while (free < last && await exists(nth(free))) free++;
    for (let n = free; n > 0; n--) await Deno.rename(nth(n - 1), nth(n));
    // A single file has nowhere to move to.
    if (last === 0 && await exists(nth(0))) await Deno.remove(nth(0));
  }
}

/** A promise that may be rejected while nobody waits for it. */
function withoutWaiter(): PromiseWithResolvers<never> {
  const resolvers = Promise.withResolvers<never>();
  resolvers.promise.catch(() => {});
  return resolvers;
}

function firstLineLength(bytes: Uint8Array): number {
  return bytes.indexOf(NEWLINE) + 1 || bytes.length;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
