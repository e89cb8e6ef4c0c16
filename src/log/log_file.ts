import { systemReason } from "../base/system_errors.ts";
import { type Destination, report } from "./line_writer.ts";

// Why not getRotatingFileSink of @logtape/file 2.3.10: it writes and rotates
// synchronously on the event loop even with `nonBlocking`, its queue has no
// bound, it throws a batch away whose write failed, it takes a short write for a
// whole one, a failed rename leaves it with a closed file for good, and it
// cannot be told to reopen. Only the size of a file would be left of it.

const NEWLINE = 10;

/** How {@linkcode openLogFile} rotates. */
export interface Rotation {
  /** Bytes a file may have before the next line opens a new one; 0 never rotates. */
  readonly maxSize: number;
  /** Files that are kept, the current one included: `log`, `log.1`, `log.2` for 3. */
  readonly maxFiles: number;
}

/**
 * Opens a log file to append to. Only regular files are rotated, never a device
 * or a pipe; lines are never split over two files.
 *
 * @param name What messages call it: "the log file x.log".
 * @throws {Error} Whatever the system says when the file cannot be opened.
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
    if (this.#file === null) await this.reopen();
    let length = this.#fitting(bytes);
    if (length === 0) {
      await this.#rotate();
      // Where it could not be rotated even a line that does not fit is written.
      length = this.#fitting(bytes) || firstLineLength(bytes);
    }
    if (this.#file === null) throw new Error("The file is not open");
    const written = await this.#file.write(bytes.subarray(0, length));
    if (written === 0) throw new Deno.errors.WriteZero("Nothing was written");
    this.#size += written;
    this.#midLine = bytes[written - 1] !== NEWLINE;
    return written;
  }

  async reopen(): Promise<void> {
    this.close();
    const file = await Deno.open(this.#path, {
      append: true,
      create: true,
      mode: 0o640,
    });
    const info = await file.stat();
    this.#file = file;
    this.#size = info.size;
    this.#rotateAt = info.isFile ? this.#maxSize : Infinity;
    this.#midLine = false;
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  /** Bytes of whole lines that this file has room for; 0 when it must be rotated first. */
  #fitting(bytes: Uint8Array): number {
    if (this.#midLine) return firstLineLength(bytes);
    const room = this.#rotateAt - this.#size;
    if (bytes.length <= room) return bytes.length;
    const lines = room > 0 ? bytes.lastIndexOf(NEWLINE, room - 1) + 1 : 0;
    if (lines > 0) return lines;
    // A line that is longer than a file may be has a file of its own.
    return this.#size === 0 ? firstLineLength(bytes) : 0;
  }

  async #rotate(): Promise<void> {
    try {
      await this.#moveUp();
    } catch (error) {
      // The log matters more than its size: go on with this file, try again when it has doubled.
      this.#rotateAt = this.#size + this.#maxSize;
      await report(
        `Cannot rotate ${this.name}: ${systemReason(error)}, it grows beyond its size`,
      );
      return;
    }
    await this.reopen();
  }

  /** Renames `log` to `log.1`, `log.1` to `log.2` and so on, up to the first number that is free. */
  async #moveUp(): Promise<void> {
    const nth = (n: number) => n === 0 ? this.#path : `${this.#path}.${n}`;
    const last = this.#maxFiles - 1;
    let free = 0;
    while (free < last && await exists(nth(free))) free++;
    for (let n = free; n > 0; n--) await Deno.rename(nth(n - 1), nth(n));
    // With a single file there is nowhere to move it to.
    if (last === 0 && await exists(nth(0))) await Deno.remove(nth(0));
  }
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
