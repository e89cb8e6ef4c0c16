import type { Address } from "../../base/address.ts";
import { openSocket } from "../../core/open_socket.ts";

/** A check that runs. It closes its socket, however it ends. */
export class Attempt implements Disposable {
  /** What the check waits for, for the reason of one that takes too long. */
  awaited = "a connection";
  readonly #controller = new AbortController();
  #socket: Deno.Conn | null = null;

  /** Whether it was cancelled, and its result means nothing. */
  get isCancelled(): boolean {
    return this.#controller.signal.aborted;
  }

  get isConnected(): boolean {
    return this.#socket !== null;
  }

  /**
   * Connects to a backend.
   *
   * @throws If nobody listens, and the socket was connected to itself. On this machine that
   * happens with ports that clients get as well, once in thousands of attempts (RFC 9293, 3.5:
   * simultaneous open).
   */
  async connect(address: Address): Promise<Deno.Conn> {
    const { signal } = this.#controller;
    const socket = await openSocket(address, signal);
    if (signal.aborted || isConnectedToItself(socket)) {
      socket.close();
      signal.throwIfAborted();
      throw new Error("nobody listens, the socket was connected to itself");
    }
    return this.#socket = socket;
  }

  /** Ends it at once: what it waits for fails. */
  cancel(): void {
    this.#controller.abort();
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#socket?.close();
    this.#socket = null;
  }
}

function isConnectedToItself({ localAddr, remoteAddr }: Deno.Conn): boolean {
  return localAddr.transport === "tcp" && remoteAddr.transport === "tcp" &&
    localAddr.port === remoteAddr.port && localAddr.hostname === remoteAddr.hostname;
}
