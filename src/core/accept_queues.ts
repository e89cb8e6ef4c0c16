import { type Library, openLibrary } from "../base/c_library.ts";
import { listeningSockets } from "./listening_sockets.ts";
import { queueLength } from "./tcp_info.ts";

/** The accept queues of sockets that this thread keeps open, without accepting. */
export class AcceptQueues {
  readonly #library: Library;
  readonly #sockets: readonly number[];

  private constructor(library: Library, sockets: readonly number[]) {
    this.#library = library;
    this.#sockets = sockets;
  }

  /**
   * Finds the sockets that listen on the ports, of which there must be no other handles yet.
   *
   * @param others The file descriptors of further listening sockets.
   * @returns null if there are none, or the system does not tell.
   */
  static of(ports: readonly number[], others: readonly number[] = []): AcceptQueues | null {
    const sockets = [...listeningSockets(ports), ...others];
    const library = sockets.length === 0 ? null : openLibrary();
    return library === null ? null : new AcceptQueues(library, sockets);
  }

  /** The number of clients in all of them. */
  get length(): number {
    let length = 0;
    for (const socket of this.#sockets) length += queueLength(this.#library, socket) ?? 0;
    return length;
  }

  /** Closes none of the sockets. */
  close(): void {
    this.#library[Symbol.dispose]();
  }
}
