/**
 * Chooses which of the sockets that processes have on one port gets new clients.
 * The kernel chooses by a hash, unless a packet filter is attached to the group of
 * sockets (SO_ATTACH_REUSEPORT_CBPF, socket(7)). With a filter, a process can close
 * its socket once no client can be on its way to it. The runtime has no API for
 * this, so it calls setsockopt(2) of the C library.
 */
import { type Library, openLibrary } from "../base/c_library.ts";
import { listeningSockets } from "./listening_sockets.ts";
import {
  ADD,
  attachFilter,
  type Instruction,
  LOAD_WORD,
  MODULO,
  RETURN_A,
  SOL_SOCKET,
} from "./packet_filter.ts";

/** A range of the sockets of a group, in joining order; when one leaves, the last takes its number. */
export interface ReuseportFilter {
  readonly first: number;
  /** How many sockets to spread clients over, at random. */
  readonly count: number;
}

const SO_ATTACH_REUSEPORT_CBPF = 51;
const SO_DETACH_REUSEPORT_BPF = 68;

/**
 * Attaches a filter to the sockets of a port on which this process listens.
 *
 * @param filter null detaches it. A range beyond the last socket leaves the choice to the kernel.
 * @returns false on failure: this needs Linux, and permission for FFI and /proc.
 */
export function setReuseportFilter(port: number, filter: ReuseportFilter | null): boolean {
  using library = openLibrary();
  if (library === null) return false;
  try {
    // One socket for each address with this port; all groups number their sockets alike.
    const sockets = listeningSockets(port, library);
    return sockets.length > 0 && sockets.every((socket) => apply(library, socket, filter));
  } catch { // No /proc, or not Linux's.
    return false;
  }
}

function apply(library: Library, socket: number, filter: ReuseportFilter | null): boolean {
  if (filter === null) {
    return library.setsockopt(socket, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, new Uint8Array(4), 4) ===
      0;
  }
  return attachFilter(library, socket, SO_ATTACH_REUSEPORT_CBPF, instructionsOf(filter));
}

/** A random number modulo `count`, plus `first`. */
function instructionsOf({ first, count }: ReuseportFilter): readonly Instruction[] {
  const RANDOM = 0xfffff000 + 56;
  return [[LOAD_WORD, 0, 0, RANDOM], [MODULO, 0, 0, count], [ADD, 0, 0, first], [
    RETURN_A,
    0,
    0,
    0,
  ]];
}
