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
  /** bind(2). */
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  /** connect(2). */
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  /** sendto(2). */
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
  /** accept4(2), with the pointers to an address null. */
  accept4: { parameters: ["i32", "pointer", "pointer", "i32"], result: "i32" },
  /** epoll_ctl(2). */
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  /** getppid(2). */
  getppid: { parameters: [], result: "i32" },
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
  /** pipe2(2), into two descriptors. */
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  /** write(2). */
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  /** waitid(2). */
  waitid: { parameters: ["i32", "u32", "buffer", "i32"], result: "i32" },
  /** close(2). */
  close: { parameters: ["i32"], result: "i32" },
  /** dup3(2). */
  dup3: { parameters: ["i32", "i32", "i32"], result: "i32" },
  /** fcntl(2), of an operation whose argument is a number. */
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  /** Where this thread's errno(3) is; glibc and musl both have it. */
  __errno_location: { parameters: [], result: "pointer" },
} as const;

/** System calls that the runtime does not offer. */
export type Library = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] & Disposable;

/** Loaded at once: to load it later would overwrite what it points at. */
const EARLY = { __errno_location: SYMBOLS.__errno_location } as const;

/** The symbols that are in use, each loaded by its first use: to load them all takes milliseconds. */
class OpenLibrary implements Disposable {
  readonly #opened: { close(): void }[];
  /** Those that are loaded; no properties, since handlers may pollute the prototype of objects. */
  readonly #symbols = new Map<string, unknown>();

  constructor(early: Deno.DynamicLibrary<typeof EARLY>) {
    this.#opened = [early];
    this.#symbols.set("__errno_location", early.symbols.__errno_location);
  }

  static {
    for (const [name, symbol] of Object.entries(SYMBOLS)) {
      Object.defineProperty(this.prototype, name, {
        get(this: OpenLibrary) {
          return this.#symbols.get(name) ?? this.#load(name, symbol);
        },
      });
    }
  }

  #load(name: string, symbol: Deno.ForeignFunction | Deno.ForeignStatic): unknown {
    const library = loadLibrary({ [name]: symbol });
    if (library === null) throw new Error(`Cannot call ${name}: the C library lacks it`);
    this.#opened.push(library);
    const value = library.symbols[name];
    this.#symbols.set(name, value);
    return value;
  }

  [Symbol.dispose](): void {
    for (const library of this.#opened.splice(0)) library.close();
  }
}

/** Opens the C library; null if there is none, or no permission to call it. */
export function openLibrary(): Library | null {
  if (Deno.build.os !== "linux") return null;
  if (!isGranted({ name: "ffi" })) return null;
  const early = loadLibrary(EARLY);
  // The prototype has all symbols.
  return early && new OpenLibrary(early) as Disposable as Library;
}

/** The errno(3) of the last call of this thread that failed; 0 if that is unknown. */
export function errnoOf(library: Library): number {
  const location = library.__errno_location();
  return location === null ? 0 : new Deno.UnsafePointerView(location).getInt32();
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
