import { isGranted } from "./permissions.ts";
import { loadLibrary } from "./c_library.ts";

const SYMBOLS = {
  /** execv(3). */
  execv: { parameters: ["buffer", "buffer"], result: "i32" },
} as const;

/**
 * Replaces this process by another program, which keeps its id, environment and standard
 * streams. Does not return, unless that is impossible: without permission to call the C
 * library, or on a system other than Linux.
 *
 * @param path The absolute path of the program.
 */
export function replaceProcess(path: string, args: readonly string[]): void {
  if (Deno.build.os !== "linux") return;
  if (!isGranted({ name: "ffi" })) return;
  const library = loadLibrary(SYMBOLS);
  const texts = [path, ...args].map(terminated);
  const addresses = new BigUint64Array([...texts.map(addressOf), 0n]);
  library?.symbols.execv(terminated(path), new Uint8Array(addresses.buffer));
  library?.close();
}

function terminated(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
}
