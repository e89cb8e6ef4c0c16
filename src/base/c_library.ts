import { isGranted } from "./permissions.ts";

/** The file names of the C library: glibc and musl. */
export const C_LIBRARIES: readonly string[] = ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`];

const SYMBOLS = {
  /** setsockopt(2). */
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  /** getsockopt(2). */
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  /** getsockname(2). */
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  /** socket(2). */
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  /** connect(2). */
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  /** accept4(2), with the pointers to an address null. */
  accept4: { parameters: ["i32", "pointer", "pointer", "i32"], result: "i32" },
  /** epoll_ctl(2). */
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  /** setitimer(2): sends SIGALRM after a time, and then at intervals if there is one; replaces any previous timer. */
  setitimer: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
  /** sigaction(2). */
  sigaction: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
  /** The address of alarm(2). */
  alarm: { type: "pointer" },
  /** clock_gettime(2). */
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  /** open(2), of an existing file. */
  open: { parameters: ["buffer", "i32"], result: "i32" },
  /** syscall(2), of a call with up to three arguments. */
  syscall: { parameters: ["i64", "i64", "i64", "i64"], result: "i64" },
  /** prctl(2), of an option with one argument. */
  prctl: { parameters: ["i32", "u64"], result: "i32" },
  /** close(2). */
  close: { parameters: ["i32"], result: "i32" },
} as const;

/** System calls that the runtime does not offer. */
export type Library = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] & Disposable;

/** Opens the C library; null if there is none, or no permission to call it. */
export function openLibrary(): Library | null {
  if (Deno.build.os !== "linux") return null;
  if (!isGranted({ name: "ffi" })) return null;
  const library = loadLibrary(SYMBOLS);
  return library && { ...library.symbols, [Symbol.dispose]: () => library.close() };
}

/** Loads functions of the C library; null if there is none, or it lacks one of them. */
export function loadLibrary<const S extends Deno.ForeignLibraryInterface>(
  symbols: S,
): Deno.DynamicLibrary<S> | null {
  for (const name of C_LIBRARIES) {
    try {
      return Deno.dlopen(name, symbols);
    } catch { // This system uses the other name.
    }
  }
  return null;
}
