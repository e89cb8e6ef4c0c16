import { type Library, openLibrary } from "../base/c_library.ts";

const SOL_SOCKET = 1;
const SO_ACCEPTCONN = 30;
const AF_INET = 2;
const AF_INET6 = 10;
/** Bytes of an address of any family (sockaddr_storage). */
const ADDRESS_LENGTH = 128;

/**
 * The file descriptors of this process that listen on the port. It asks each descriptor:
 * /proc/net/tcp lists the connections of the whole system, and with ten thousand of
 * them, reading it would hold up the event loop for a tenth of a second.
 *
 * @throws {Error} If there is no /proc.
 */
export function listeningSockets(port: number, library: Library): number[] {
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
    return library.getsockname(descriptor, address, length) === 0 && portOf(view) === port;
  });
}

/** The file descriptors of this process that listen on any of the ports; none if the system does not tell. */
export function findListeningSockets(ports: readonly number[]): readonly number[] {
  using library = openLibrary();
  if (library === null) return [];
  try {
    return [...new Set(ports)].flatMap((port) => listeningSockets(port, library));
  } catch { // No /proc, or not Linux's.
    return [];
  }
}

/** The port of an address; null if it is of neither family of TCP (ip(7), ipv6(7)). */
function portOf(address: DataView): number | null {
  const family = address.getUint16(0, true);
  return family === AF_INET || family === AF_INET6 ? address.getUint16(2) : null;
}
