import { type Address, formatAddress } from "../base/address.ts";
import { type Library, openLibrary } from "../base/c_library.ts";
import { SOL_SOCKET } from "../base/socket_numbers.ts";
import { socketAddress } from "./socket_address.ts";

const SO_ACCEPTCONN = 30;
/**
 * The file descriptors of this process that listen on any of the ports; none without
 * Linux, or without permission for FFI and /proc. It asks each descriptor:
 * /proc/net/tcp lists the connections of the whole system, and with ten thousand of
 * them, reading it would hold up the event loop for a tenth of a second.
 */
export function listeningSockets(ports: readonly number[]): readonly number[] {
  if (ports.length === 0) return [];
  return find((address) => address.transport === "tcp" && ports.includes(address.port));
}

/** The file descriptors of this process that listen on the address; see {@linkcode listeningSockets}. */
export function listeningDescriptors(address: Address): readonly number[] {
  const name = formatAddress(address);
  return find((one) => formatAddress(one) === name);
}

function find(isWanted: (address: Address) => boolean): readonly number[] {
  using library = openLibrary();
  if (library === null) return [];
  try {
    const descriptors = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name));
    return descriptors.filter((descriptor) => {
      if (!isListening(library, descriptor)) return false;
      const address = socketAddress(library, descriptor);
      return address !== null && isWanted(address);
    });
  } catch { // No /proc, or not Linux's.
    return [];
  }
}

/** Whether a descriptor is a socket that listens. */
export function isListening(library: Library, descriptor: number): boolean {
  const value = new Uint8Array(4);
  const length = new Uint8Array(Int32Array.of(value.length).buffer);
  library.getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, value, length);
  return value[0] !== 0;
}
