/**
 * Which of the sockets that processes have on one port gets new clients. The
 * system chooses by a hash; a program that is attached to the group of sockets
 * (SO_ATTACH_REUSEPORT_CBPF, socket(7)) chooses instead, so that a process can
 * close its socket when no client can be on the way to it. The runtime has no
 * call for that, so it is made to the C library.
 */
import { type Library, openLibrary } from "../base/c_library.ts";

/** Sockets of a group, by their order of joining it: when one leaves, the last takes its number. */
export interface ReuseportFilter {
  readonly first: number;
  /** Among so many the clients are spread at random. */
  readonly count: number;
}

const SOL_SOCKET = 1;
const SO_ATTACH_REUSEPORT_CBPF = 51;
const SO_DETACH_REUSEPORT_BPF = 68;
/** The state of a listening socket in /proc/net/tcp. */
const LISTENING = "0A";

/**
 * Steers the new clients of a port on which this process listens.
 *
 * @param filter null leaves the choice to the system again. A number that no
 * socket has does the same.
 * @returns Whether it could be done: this needs Linux, and the permission for
 * foreign functions and for /proc.
 */
export function setReuseportFilter(port: number, filter: ReuseportFilter | null): boolean {
  using library = openLibrary();
  if (library === null) return false;
  try {
    // One for each address with the port; in each group the numbers are the same.
    const sockets = findSockets(port);
    return sockets.length > 0 && sockets.every((socket) => apply(library, socket, filter));
  } catch { // Not a Linux as we know it.
    return false;
  }
}

function apply({ setsockopt }: Library, socket: number, filter: ReuseportFilter | null): boolean {
  if (filter === null) {
    return setsockopt(socket, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, new Uint8Array(4), 4) === 0;
  }
  const program = encodeProgram(filter);
  // struct sock_fprog: the number of instructions, and where they are.
  const header = new DataView(new ArrayBuffer(16));
  header.setUint16(0, program.length / 8, true);
  header.setBigUint64(8, BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(program))), true);
  const bytes = new Uint8Array(header.buffer);
  return setsockopt(socket, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, bytes, bytes.length) === 0;
}

/** Instructions of the classic packet filter, 8 bytes each: a random number, modulo the count, plus the first. */
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

/** The descriptors of this process that listen on the port. */
function findSockets(port: number): number[] {
  const sockets = new Set<string>();
  for (const table of ["/proc/self/net/tcp", "/proc/self/net/tcp6"]) {
    for (const line of Deno.readTextFileSync(table).split("\n").slice(1)) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      const isOnPort = parseInt(local.slice(local.lastIndexOf(":") + 1), 16) === port;
      if (state === LISTENING && isOnPort) sockets.add(`socket:[${inode}]`);
    }
  }
  const descriptors = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => name);
  return descriptors.filter((name) => sockets.has(linkOf(name))).map(Number);
}

function linkOf(descriptor: string): string {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${descriptor}`);
  } catch { // That of the reading itself, which is over.
    return "";
  }
}
