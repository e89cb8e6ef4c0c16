import type { Library } from "../base/c_library.ts";
import { IPPROTO_TCP } from "../base/socket_numbers.ts";

const TCP_INFO = 11;
/** struct tcp_info (linux/tcp.h), as far as it is used. */
const STATE = 0;
const UNACKNOWLEDGED = 24;
const BYTES = 28;

/** States of a TCP socket (net/tcp_states.h): there is no connection, or it listens. */
const CLOSE = 7;
const LISTEN = 10;

/** The length of the accept queue of a socket; null if it does not listen. */
export function queueLength(library: Library, descriptor: number): number | null {
  const info = read(library, descriptor);
  // Of a listening socket, the kernel gives the length of its queue here.
  return info.getUint8(STATE) === LISTEN ? info.getUint32(UNACKNOWLEDGED, true) : null;
}

/** Whether the peer has reset the connection of a socket, rather than ended its stream. */
export function isReset(library: Library, descriptor: number): boolean {
  return read(library, descriptor).getUint8(STATE) === CLOSE;
}

/** Reads the state; 0 if the descriptor is no TCP socket. */
function read(library: Library, descriptor: number): DataView {
  const info = new Uint8Array(BYTES);
  const length = new Uint8Array(Uint32Array.of(BYTES).buffer);
  library.getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info, length);
  return new DataView(info.buffer);
}
