/**
 * Chooses which of the sockets that processes have on one port gets new clients.
 * The kernel chooses by a hash, unless a packet filter is attached to the group of
 * sockets (SO_ATTACH_REUSEPORT_CBPF, socket(7)). With a filter, a process can close
 * its socket once no client can be on its way to it. The runtime has no API for
 * this, so it calls setsockopt(2) of the C library.
 */
import { type Library, openLibrary } from "../base/c_library.ts";
import { SOL_SOCKET } from "../base/socket_numbers.ts";
import {
  ADD,
  attachFilter,
  type Instruction,
  LOAD_WORD,
  MODULO,
  RETURN_A,
} from "./packet_filter.ts";

/** A range of the sockets of a group, in joining order; when one leaves, the last takes its number. */
export interface ReuseportFilter {
  readonly first: number;
  /** How many sockets to spread clients over, at random. */
  readonly count: number;
}

const SO_ATTACH_REUSEPORT_CBPF = 51;
const SO_DETACH_REUSEPORT_BPF = 68;
/** Where a program loads a random number from (linux/filter.h: SKF_AD_OFF, SKF_AD_RANDOM). */
const RANDOM = 0xfffff000 + 56;

/**
 * Attaches a filter to the groups of sockets that listening sockets of this process
 * belong to: one socket for each address with their port. All groups number their
 * sockets alike.
 *
 * @param sockets Their file descriptors.
 * @param filter null detaches it. A range beyond the last socket leaves the choice to the kernel.
 * @returns false on failure: this needs Linux, and permission for FFI.
 */
export function setReuseportFilter(
  sockets: readonly number[],
  filter: ReuseportFilter | null,
): boolean {
  using library = openLibrary();
  if (library === null || sockets.length === 0) return false;
  return sockets.every((socket) => apply(library, socket, filter));
}

function apply(library: Library, socket: number, filter: ReuseportFilter | null): boolean {
  if (filter !== null) {
    return attachFilter(library, socket, SO_ATTACH_REUSEPORT_CBPF, instructionsOf(filter));
  }
  const none = new Uint8Array(4);
  return library.setsockopt(socket, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, none, none.length) === 0;
}

/** A random number modulo `count`, plus `first`. */
function instructionsOf({ first, count }: ReuseportFilter): readonly Instruction[] {
  return [
    [LOAD_WORD, 0, 0, RANDOM],
    [MODULO, 0, 0, count],
    [ADD, 0, 0, first],
    [RETURN_A, 0, 0, 0],
  ];
}
