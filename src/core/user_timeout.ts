import { openLibrary } from "../base/c_library.ts";
import { IPPROTO_TCP } from "../base/socket_numbers.ts";

const TCP_USER_TIMEOUT = 18;

/**
 * Makes the kernel end the connections of clients that acknowledge nothing, or read
 * nothing of what waits for them, for some time (TCP_USER_TIMEOUT, tcp(7)). Otherwise it
 * would take a quarter of an hour until a few bytes to a client that has vanished fail.
 * Sockets inherit it from the listening one that accepts them. The runtime has no API
 * for this, so it calls setsockopt(2) of the C library. Does nothing without Linux, or
 * without permission for FFI.
 *
 * @param sockets The file descriptors of listening sockets.
 * @param timeout In milliseconds; 0 leaves it to the system.
 */
export function setUserTimeout(sockets: readonly number[], timeout: number): void {
  using library = openLibrary();
  const value = new Uint8Array(Int32Array.of(timeout).buffer);
  for (const socket of sockets) {
    library?.setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, value, value.length);
  }
}
