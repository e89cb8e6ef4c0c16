import { type Library, openLibrary } from "../base/c_library.ts";
import { AF_INET, AF_INET6, SOL_SOCKET } from "../base/socket_numbers.ts";

const SO_ACCEPTCONN = 30;
/** Bytes of an address of any family (sockaddr_storage). */
const ADDRESS_LENGTH = 128;

/**
 * The file descriptors of this process that listen on any of the ports; none without
 * Linux, or without permission for FFI and /proc. It asks each descriptor:
 * /proc/net/tcp lists the connections of the whole system, and with ten thousand of
 * them, reading it would hold up the event loop for a tenth of a second.
 */
export function listeningSockets(ports: readonly number[]): readonly number[] {
  using library = openLibrary();
  if (library === null || ports.length === 0) return [];
  try {
    return find(ports, library);
  } catch { // No /proc, or not Linux's.
    return [];
  }
}

function find(ports: readonly number[], library: Library): number[] {
  const isListening = new Uint8Array(4);
  const address = new Uint8Array(ADDRESS_LENGTH);
  const length = new Uint8Array(4);
  const view = new DataView(address.buffer);
  const descriptors = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name));
  return descriptors.filter((descriptor) => {
    isListening[0] = 0;
    length.set([isListening.length, 0, 0, 0]);
    library.getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, isListening, length);
    if (isListening[0] === 0) return false;
    length.set([address.length, 0, 0, 0]);
    if (library.getsockname(descriptor, address, length) !== 0) return false;
    const port = portOf(view);
    return port !== null && ports.includes(port);
  });
}

/** The port of an address; null if it is of neither family of TCP (ip(7), ipv6(7)). */
function portOf(address: DataView): number | null {
  const family = address.getUint16(0, true);
  return family === AF_INET || family === AF_INET6 ? address.getUint16(2) : null;
}
