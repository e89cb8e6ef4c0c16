/**
 * Chooses which of the sockets that processes have on one port gets new clients.
 * The kernel chooses by a hash, unless a packet filter is attached to the group of
 * sockets (SO_ATTACH_REUSEPORT_CBPF, socket(7)). With a filter, a process can close
 * its socket once no client can be on its way to it. The runtime has no API for
 * this, so it calls setsockopt(2) of the C library.
 */
import { type Library, openLibrary } from "../base/c_library.ts";
import { listeningSockets } from "./listening_sockets.ts";

/** A range of the sockets of a group, in joining order; when one leaves, the last takes its number. */
export interface ReuseportFilter {
  readonly first: number;
  /** How many sockets to spread clients over, at random. */
  readonly count: number;
}

const SOL_SOCKET = 1;
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

function apply({ setsockopt }: Library, socket: number, filter: ReuseportFilter | null): boolean {
  if (filter === null) {
    return setsockopt(socket, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, new Uint8Array(4), 4) === 0;
  }
  const program = encodeProgram(filter);
  // struct sock_fprog: the number of instructions and a pointer to them.
  const header = new DataView(new ArrayBuffer(16));
  header.setUint16(0, program.length / 8, true);
  header.setBigUint64(8, BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(program))), true);
  const bytes = new Uint8Array(header.buffer);
  return setsockopt(socket, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, bytes, bytes.length) === 0;
}

/** Encodes a classic BPF program, 8 bytes per instruction: random number modulo `count`, plus `first`. */
function encodeProgram({ first, count }: ReuseportFilter): Uint8Array<ArrayBuffer> {
  const RANDOM = 0xfffff000 + 56;
  const instructions = [[0x20, RANDOM], [0x94, count], [0x04, first], [0x16, 0]] as const;
  const view = new DataView(new ArrayBuffer(instructions.length * 8));
  instructions.forEach(([code, operand], i) => {
    view.setUint16(i * 8, code, true);
    view.setUint32(i * 8 + 4, operand, true);
  });
  return new Uint8Array(view.buffer);
}
