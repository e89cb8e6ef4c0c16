import { openRegularFile } from "../../base/regular_file.ts";
import type { BodySource } from "../message.ts";
import { tryFile } from "./file_errors.ts";
import type { FoundFile } from "./file_root.ts";

/** Maximum bytes read at once. */
export const PIECE = 64 * 1024;

/** An open file, which must not change until it is sent. */
export class OpenFile implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  #isLent = false;
  /** In bytes. */
  readonly size: number;
  /** The modification time, in milliseconds since the epoch. */
  readonly changed: number;

  private constructor(file: Deno.FsFile, path: string, info: Deno.FileInfo) {
    this.#file = file;
    this.#path = path;
    this.size = info.size;
    this.changed = Number(info.mtime);
  }

  /**
   * Opens a file that was found.
   *
   * @returns null if something else has taken its place: a link out of the root, or a FIFO,
   * which is not opened.
   * @throws {HttpError} 403 if permission is denied, 503 if no file descriptor is left.
   */
  static open({ path, info }: FoundFile): OpenFile | null {
    const opened = tryFile(() => openRegularFile(path));
    if (opened === null) return null;
    const { file, info: now } = opened;
    if (now.dev === info.dev && now.ino === info.ino) return new OpenFile(file, path, now);
    file.close();
    return null;
  }

  /**
   * Reads a part synchronously.
   *
   * @param length At most {@linkcode PIECE}.
   * @returns null if the file has changed since it was opened.
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
   * Hands the file to a body, which closes it at its end. If the file has changed
   * since it was opened, a read fails before the body is complete, so that the client
   * does not take it for complete.
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
        // Asynchronous, as the disk may be slow if the data is not cached.
        const count = await this.#file.read(buffer.subarray(0, left));
        left -= count ?? 0;
        if (count === null || (left === 0 && !this.#isUnchanged())) {
          throw new Error(`Cannot send ${this.#path}: the file changed while it was sent`);
        }
        return buffer.subarray(0, count);
      },
      close: () => this.#file.close(),
    };
  }

  /** Closes the file, unless it was handed to a body. */
  [Symbol.dispose](): void {
    if (!this.#isLent) this.#file.close();
  }

  #isUnchanged(): boolean {
    const { size, mtime } = this.#file.statSync();
    return size === this.size && Number(mtime) === this.changed;
  }
}
