/**
 * Sockets of the C library. A generator of load must cost less than the servers
 * that it loads: through the runtime's own sockets a request costs it 5 us of
 * JavaScript and of the runtime, through these 1.5. They need Linux.
 */
import { C_LIBRARIES } from "../base/c_library.ts";
import { EXIT, ExitError } from "../base/exit.ts";

// Sizes are u32 and not usize, results i32 and not isize: what may be a BigInt
// leaves the fast path of the runtime. None here comes near 2 ** 31.
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
  // Another thread does it, and while this one awaits it the runtime looks at its
  // signals and pipes. After setImmediate, it may not for many seconds.
  sched_yield: { parameters: [], result: "i32", nonblocking: true },
  memcmp: { parameters: ["buffer", "buffer", "u32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

/** Functions of the C library, by their names in section 2 of the manual. */
export type SocketLibrary = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** It cannot be closed while a generator lives, so it is opened once. */
let opened: SocketLibrary | null = null;

/**
 * The C library, open for as long as the process lives.
 *
 * @throws {ExitError} 69 where there is none, 77 without the permission for foreign functions.
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
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
    throw new ExitError(
      "Cannot generate load: expected the permission for foreign functions, as --allow-ffi gives it",
      EXIT.noPermission,
    );
  }
  for (const name of C_LIBRARIES) {
    try {
      return Deno.dlopen(name, SYMBOLS).symbols;
    } catch { // It has another name here.
    }
  }
  throw new ExitError(
    `Cannot generate load: expected the C library as one of ${C_LIBRARIES.join(", ")}`,
    EXIT.unavailable,
  );
}
