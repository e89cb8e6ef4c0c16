import type { Socket as NodeSocket } from "node:net";
import type { Address } from "../base/address.ts";
import { type Library, openLibrary } from "../base/c_library.ts";
import { AF_INET, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from "../base/socket_numbers.ts";
import { sleep } from "../base/timers.ts";
import { AdoptedSocket } from "./adopted_socket.ts";
import type { Listener } from "./listener.ts";
import {
  AND,
  attachFilter,
  type Instruction,
  JUMP_IF_EQUAL,
  LOAD_BYTE,
  RETURN_K,
} from "./packet_filter.ts";
import type { Socket } from "./socket.ts";

/**
 * Milliseconds for connections that are being set up to arrive before a socket closes: a
 * round trip through the network.
 */
const SETTLE = 50;
/** Milliseconds between two looks at an empty accept queue. */
const STEP = 2;

const SO_ATTACH_FILTER = 26;
/** Drops packets that begin a connection: their flags (RFC 9293, 3.1) have SYN and no ACK. */
const NO_NEW_CLIENTS: readonly Instruction[] = [
  [LOAD_BYTE, 0, 0, 13],
  [AND, 0, 0, 0x12],
  [JUMP_IF_EQUAL, 0, 1, 0x02],
  [RETURN_K, 0, 0, 0],
  [RETURN_K, 0, 0, 0xffffffff],
];

/** Makes a socket of Node's library of a descriptor. */
type MakeSocket = (descriptor: number) => NodeSocket;

/**
 * Accepts from a listening socket, given by its file descriptor. The runtime's own API
 * cannot do this. Its Node library can, but accepts all clients at once, wanted or not;
 * so this accepts with the C library, one at a time, and leaves the rest to that one.
 *
 * @param descriptor Is closed with the listener, or on failure.
 * @returns null if it cannot: older runtimes, such as Deno 2.7.11, cannot adopt a descriptor.
 */
export async function adopt(descriptor: number, address: Address): Promise<AdoptedListener | null> {
  const library = openLibrary();
  if (library === null) return null;
  const { Socket: NodeSocket } = await import("node:net");
  const makeSocket = (fd: number) => new NodeSocket({ fd, allowHalfOpen: true });
  if (canAdopt(library, makeSocket)) {
    return new AdoptedListener(library, descriptor, makeSocket, address);
  }
  library.close(descriptor);
  library[Symbol.dispose]();
  return null;
}

/** Tries it with a socket that is no client's. */
function canAdopt(library: Library, makeSocket: MakeSocket): boolean {
  const descriptor = library.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  try {
    makeSocket(descriptor).destroy();
    return true;
  } catch {
    library.close(descriptor);
    return false;
  }
}

/** See {@linkcode adopt}. */
export class AdoptedListener implements Listener {
  readonly address: Address;
  /** The process that it belongs to accepts no more, or not now. */
  readonly isShared = false;
  readonly isHeldOutside = false;
  readonly #library: Library;
  readonly #descriptor: number;
  readonly #makeSocket: MakeSocket;
  #isOpen = true;

  constructor(library: Library, descriptor: number, makeSocket: MakeSocket, address: Address) {
    this.#library = library;
    this.#descriptor = descriptor;
    this.#makeSocket = makeSocket;
    this.address = address;
  }

  takeOver(): void {}

  /**
   * Lets the clients that are about to connect arrive, and leaves later ones to other
   * sockets on the port: these try again after a second, when this one is closed.
   */
  async settle(): Promise<void> {
    if (!this.#isOpen) return;
    attachFilter(this.#library, this.#descriptor, SO_ATTACH_FILTER, NO_NEW_CLIENTS);
    await sleep(SETTLE);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#library.close(this.#descriptor);
    this.#library[Symbol.dispose]();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Socket> {
    while (this.#isOpen) {
      const client = this.#accept();
      if (client !== null) yield client;
      else await sleep(STEP);
    }
  }

  /** Accepts the next client that waits in the queue; null if none does. */
  #accept(): Socket | null {
    const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    for (;;) {
      const descriptor = this.#library.accept4(this.#descriptor, null, null, flags);
      if (descriptor < 0) return null;
      const socket = this.#makeSocket(descriptor);
      if (socket.remoteAddress !== undefined) return new AdoptedSocket(socket, descriptor);
      socket.destroy(); // The client is gone.
    }
  }
}
