/** Pipes between processes that are known by their descriptors only: the runtime opens none. */
import { loadLibrary, openLibrary } from "./c_library.ts";

const O_CLOEXEC = 0o2000000;
/** Bytes that are read at a time: more than anyone writes at once. */
const CHUNK = 4096;

const READ = {
  /** read(2), on a thread of its own: it waits. */
  read: { parameters: ["i32", "buffer", "usize"], result: "isize", nonblocking: true },
} as const;

/** The two ends of a pipe, as file descriptors which an exec closes. */
export interface BarePipe {
  readonly reader: number;
  readonly writer: number;
}

/** Opens a pipe (pipe(7)); null if the C library cannot be called or the system has no descriptors left. */
export function openPipe(): BarePipe | null {
  using library = openLibrary();
  const ends = new Int32Array(2);
  if (library === null) return null;
  if (library.pipe2(new Uint8Array(ends.buffer), O_CLOEXEC) !== 0) return null;
  const [reader = -1, writer = -1] = ends;
  return { reader, writer };
}

/** Writes a short text; does nothing if nobody reads it any more. */
export function writeToPipe(writer: number, text: string): void {
  using library = openLibrary();
  const bytes = new TextEncoder().encode(text);
  library?.write(writer, bytes, BigInt(bytes.length));
}

/** Reads texts until the last writer has closed the pipe, and then closes it as well. */
export async function* readPipe(reader: number): AsyncGenerator<string> {
  const library = loadLibrary(READ);
  if (library === null) return;
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(CHUNK);
  try {
    for (;;) {
      const length = Number(await library.symbols.read(reader, chunk, BigInt(CHUNK)));
      if (length <= 0) return;
      yield decoder.decode(chunk.subarray(0, length), { stream: true });
    }
  } finally {
    library.close();
    closeDescriptors([reader]);
  }
}

/** Closes file descriptors of which the runtime knows nothing. */
export function closeDescriptors(descriptors: readonly number[]): void {
  using library = openLibrary();
  for (const descriptor of descriptors) library?.close(descriptor);
}
