/**
 * Opening files that others may replace at any time. Opening a FIFO blocks the thread until
 * someone writes to it, and opening a device may have effects. The runtime offers no way to avoid
 * either, so the C library first pins what is at a path (O_PATH in open(2)), and only a regular
 * file is then opened, through /proc/self/fd.
 */
import { type Library, openLibrary } from "./c_library.ts";

/** An open file, and its metadata at that time. */
export interface RegularFile {
  readonly file: Deno.FsFile;
  readonly info: Deno.FileInfo;
}

const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;

const encoder = new TextEncoder();

/**
 * Opened on first use, since that takes some tenths of a millisecond, and never closed, since it holds
 * nothing but the library that the runtime itself has loaded; null if it cannot be used.
 */
let library: Library | null | undefined;

/**
 * Opens a regular file for reading. Where the C library cannot be used (on other systems than
 * Linux, or without all permissions), a FIFO at the path blocks the thread.
 *
 * @returns null if it is not a regular file.
 * @throws {Error} A system error if there is nothing at the path, or it cannot be opened.
 */
export function openRegularFile(path: string): RegularFile | null {
  if (library === undefined) library = usableLibrary();
  if (library === null) return openPath(path);
  const pin = library.open(encoder.encode(`${path}\0`), O_PATH | O_CLOEXEC);
  // The runtime says what the system's error is.
  if (pin === -1) return openPath(path);
  try {
    const pinned = `/proc/self/fd/${pin}`;
    const info = Deno.statSync(pinned);
    return info.isFile ? { file: Deno.openSync(pinned), info } : null;
  } finally {
    library.close(pin);
  }
}

/** The C library, if there is permission to call it and to open what it pins. */
function usableLibrary(): Library | null {
  try {
    Deno.statSync("/proc/self/fd");
    return openLibrary();
  } catch {
    return null;
  }
}

function openPath(path: string): RegularFile | null {
  const file = Deno.openSync(path);
  let info: Deno.FileInfo | null = null;
  try {
    info = file.statSync();
    return info.isFile ? { file, info } : null;
  } finally {
    if (!info?.isFile) file.close();
  }
}
