/**
 * The sockets of the C library, on Linux. A load generator must cost less than the servers that it
 * loads: a request takes 5 us of its time with the runtime's sockets, 1.5 us with these.
 */
import { isGranted } from "../base/permissions.ts";
import { C_LIBRARIES, loadLibrary } from "../base/c_library.ts";
import { EXIT, ExitError } from "../base/exit.ts";

// Sizes are u32 instead of usize, results i32 instead of isize: types that may be a BigInt leave the
// runtime's fast path. None here comes near 2 ** 31.
const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  accept4: { parameters: ["i32", "pointer", "pointer", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  ppoll: { parameters: ["buffer", "u32", "buffer", "pointer"], result: "i32" },
  prctl: { parameters: ["i32", "u32", "u32", "u32", "u32"], result: "i32" },
  // Runs on another thread; awaiting it lets the runtime handle signals and pipes, which
  // setImmediate may delay for many seconds.
  sched_yield: { parameters: [], result: "i32", nonblocking: true },
  memcmp: { parameters: ["buffer", "buffer", "u32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

/** Functions of the C library, named as in section 2 of the manual. */
export type SocketLibrary = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** Opened once: it must stay open while a generator lives. */
let opened: SocketLibrary | null = null;

/**
 * The C library, open as long as the process lives.
 *
 * @throws {ExitError} 69 if there is none, 77 without the permission for foreign functions.
 */
export function openSocketLibrary(): SocketLibrary {
  return opened ??= open();
}

function open(): SocketLibrary {
  if (Deno.build.os !== "linux") {
    throw new ExitError(
      `Cannot generate load on ${Deno.build.os}: expected Linux`,
      EXIT.unavailable,
    );
  }
  if (!isGranted({ name: "ffi" })) {
    throw new ExitError(
      "Cannot generate load: expected the permission for foreign functions, as --allow-ffi gives it",
      EXIT.noPermission,
    );
  }
  const library = loadLibrary(SYMBOLS);
  if (library !== null) return library.symbols;
  throw new ExitError(
    `Cannot generate load: expected the C library as one of ${C_LIBRARIES.join(", ")}`,
    EXIT.unavailable,
  );
}
