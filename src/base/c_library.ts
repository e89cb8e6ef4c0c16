/** The names of the C library: of glibc, and of musl. */
export const C_LIBRARIES: readonly string[] = ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`];
const SYMBOLS = {
  /** setsockopt(2). */
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  /** alarm(2): a signal to this process in so many seconds, in the place of the one before. */
  alarm: { parameters: ["u32"], result: "u32" },
  /** clock_gettime(2). */
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
} as const;

/** What the runtime has no call for. */
export type Library = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] & Disposable;

/** Opens the C library; null where there is none, or no permission for foreign functions. */
export function openLibrary(): Library | null {
  if (Deno.build.os !== "linux") return null;
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return null;
  for (const name of C_LIBRARIES) {
    try {
      const library = Deno.dlopen(name, SYMBOLS);
      return { ...library.symbols, [Symbol.dispose]: () => library.close() };
    } catch { // It has another name here.
    }
  }
  return null;
}
