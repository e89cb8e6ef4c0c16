/** Memory that processes share, of which the runtime has none: memfd_create(2), mmap(2). */
import { loadLibrary } from "./c_library.ts";
import { isGranted } from "./permissions.ts";

const SYMBOLS = {
  /** memfd_create(2). */
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  /** ftruncate(2). */
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  /** mmap(2). */
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  /** close(2). */
  close: { parameters: ["i32"], result: "i32" },
} as const;

const MFD_CLOEXEC = 1;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 2n ** 64n - 1n;

/**
 * Creates memory for this process and those that inherit the descriptor.
 *
 * @returns The file descriptor; null without Linux, or without permission for FFI.
 */
export function createProcessMemory(bytes: number): number | null {
  using library = open();
  if (library === null) return null;
  const name = new TextEncoder().encode("sluice\0");
  const descriptor = library.symbols.memfd_create(name, MFD_CLOEXEC);
  if (descriptor < 0) return null;
  return library.symbols.ftruncate(descriptor, BigInt(bytes)) === 0 ? descriptor : null;
}

/**
 * Maps memory of {@linkcode createProcessMemory} for the life of this process, and closes the
 * descriptor; null if it cannot.
 */
export function mapProcessMemory(descriptor: number, bytes: number): ArrayBuffer | null {
  using library = open();
  const address = library?.symbols.mmap(
    ...[null, BigInt(bytes), PROT_READ_WRITE, MAP_SHARED, descriptor, 0n] as const,
  );
  library?.symbols.close(descriptor);
  if (!address || Deno.UnsafePointer.value(address) === MAP_FAILED) return null;
  return Deno.UnsafePointerView.getArrayBuffer(address, bytes);
}

function open(): Deno.DynamicLibrary<typeof SYMBOLS> & Disposable | null {
  if (Deno.build.os !== "linux" || !isGranted({ name: "ffi" })) return null;
  const library = loadLibrary(SYMBOLS);
  return library && Object.assign(library, { [Symbol.dispose]: () => library.close() });
}
