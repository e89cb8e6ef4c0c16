import { askSystem } from "./file_errors.ts";
import type { FoundFile } from "./file_root.ts";
import type { BodySource } from "../message.ts";

/** The most bytes that are read, and kept in memory, at a time. */
export const PIECE = 64 * 1024;

/** A file that is being sent, as it was when it was opened. */
export class OpenFile implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  #isLent = false;
  /** In bytes. */
  readonly size: number;
  /** When it was changed last, in milliseconds. */
  readonly changed: number;

  private constructor(file: Deno.FsFile, path: string, info: Deno.FileInfo) {
    this.#file = file;
    this.#path = path;
    this.size = info.size;
    this.changed = Number(info.mtime);
  }

  /**
   * Opens the file that was found.
   *
   * @returns Null where another is in its place by now, maybe through a link that
   * leads out of the root.
   * @throws {HttpError} 403 if permission is refused, 503 if descriptors have run out.
   */
  static open({ path, info }: FoundFile): OpenFile | null {
    const file = askSystem(() => Deno.openSync(path));
    if (file === null) return null;
    let opened: OpenFile | null = null;
    try {
      const now = file.statSync();
      if (now.dev === info.dev && now.ino === info.ino) opened = new OpenFile(file, path, now);
    } finally {
      if (opened === null) file.close();
    }
    return opened;
  }

  /**
   * Reads a part at once.
   *
   * @param length At most {@linkcode PIECE}.
   * @returns Null if the file has been changed since it was opened.
   */
  readPart(start: number, length: number): Uint8Array<ArrayBuffer> | null {
    const bytes = new Uint8Array(length);
    this.#file.seekSync(start, Deno.SeekMode.Start);
    for (let read = 0; read < length;) {
      const count = this.#file.readSync(bytes.subarray(read));
      if (count === null) return null;
      read += count;
    }
    return this.#isUnchanged() ? bytes : null;
  }

  /**
   * Lends the file to a body, which closes it in the end. A read fails if the file
   * has been changed since it was opened, at the latest the one that would end the
   * body: the client must not take it for whole.
   */
  stream(start: number, length: number): BodySource {
    this.#file.seekSync(start, Deno.SeekMode.Start);
    this.#isLent = true;
    const buffer = new Uint8Array(Math.min(PIECE, length));
    let left = length;
    return {
      length,
      read: async () => {
        if (left === 0) return null;
        // Not synchronously: what is not in memory yet may take the disk a while.
        const count = await this.#file.read(buffer.subarray(0, left));
        left -= count ?? 0;
        if (count === null || (left === 0 && !this.#isUnchanged())) {
          throw new Error(`Cannot send ${this.#path}: it has been changed meanwhile`);
        }
        return buffer.subarray(0, count);
      },
      close: () => this.#file.close(),
    };
  }

  /** Closes the file, unless it is lent. */
  [Symbol.dispose](): void {
    if (!this.#isLent) this.#file.close();
  }

  #isUnchanged(): boolean {
    const { size, mtime } = this.#file.statSync();
    return size === this.size && Number(mtime) === this.changed;
  }
}
