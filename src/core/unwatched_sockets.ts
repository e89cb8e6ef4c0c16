import { type Library, openLibrary } from "../base/c_library.ts";

/** The link of a descriptor of epoll(7), in /proc/self/fd. */
const EPOLL = "anon_inode:[eventpoll]";
/** A descriptor in the interest list of an epoll, in hexadecimal but for itself: proc(5). */
const INTEREST = /^tfd: *(\d+) events: *[0-9a-f]+ data: *([0-9a-f]+)/gm;
const EPOLL_CTL_MOD = 3;
/** Where the data is in a struct epoll_event, which is packed on one architecture only. */
const DATA = Deno.build.arch === "x86_64" ? 4 : 8;

/**
 * Stops the runtime from watching sockets that it listens on, so that a new client does not
 * wake this thread: nobody accepts here. Closing them works as before. The runtime has no API
 * for this, so it changes what its epoll waits for. Does nothing without Linux, or without
 * permission for FFI and /proc: then each client wakes the thread for nothing.
 *
 * @param sockets File descriptors that only this thread has.
 */
export function stopWatching(sockets: readonly number[]): void {
  using library = openLibrary();
  if (library === null || sockets.length === 0) return;
  try {
    for (const { name } of Deno.readDirSync("/proc/self/fd")) {
      if (linkOf(name) === EPOLL) clearInterests(library, Number(name), sockets);
    }
  } catch { // No /proc, or not Linux's.
  }
}

/** The link of a descriptor; null if it is closed by now. */
function linkOf(descriptor: string): string | null {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return null;
  }
}

function clearInterests(library: Library, epoll: number, sockets: readonly number[]): void {
  const info = Deno.readTextFileSync(`/proc/self/fdinfo/${epoll}`);
  for (const [, descriptor, data] of info.matchAll(INTEREST)) {
    if (!sockets.includes(Number(descriptor))) continue;
    // No events, and the data by which the runtime knows the socket.
    const event = new DataView(new ArrayBuffer(DATA + 8));
    event.setBigUint64(DATA, BigInt(`0x${data}`), true);
    library.epoll_ctl(epoll, EPOLL_CTL_MOD, Number(descriptor), new Uint8Array(event.buffer));
  }
}
