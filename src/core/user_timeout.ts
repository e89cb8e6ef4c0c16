import { openLibrary } from "../base/c_library.ts";
import { listeningSockets } from "./listening_sockets.ts";

const IPPROTO_TCP = 6;
const TCP_USER_TIMEOUT = 18;

/**
 * Makes the kernel end the connections of clients that acknowledge nothing, or read
 * nothing of what waits for them, for some time (TCP_USER_TIMEOUT, tcp(7)). Otherwise it
 * would take a quarter of an hour until a few bytes to a client that has vanished fail.
 * Sockets inherit it from the listening one that accepts them. The runtime has no API
 * for this, so it calls setsockopt(2) of the C library. Does nothing without Linux, or
 * without permission for FFI and /proc.
 *
 * @param port A port on which this process listens.
 * @param timeout In milliseconds; 0 leaves it to the system.
 */
export function setUserTimeout(port: number, timeout: number): void {
  using library = openLibrary();
  if (library === null) return;
  const value = new Uint8Array(Int32Array.of(timeout).buffer);
  try {
    for (const socket of listeningSockets(port, library)) {
      library.setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, value, value.length);
    }
  } catch { // No /proc, or not Linux's.
  }
}
