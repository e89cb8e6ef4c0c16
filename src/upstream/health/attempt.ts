import type { Address } from "../../base/address.ts";
import { writeAll } from "../../base/write_text.ts";
import { openSocket } from "../../core/open_socket.ts";
import { proxyHeader } from "../../core/proxy_protocol/format.ts";
import type { SendProxy } from "../../settings/balancer.ts";

/** A check that runs. It closes its socket, however it ends. */
export class Attempt implements Disposable {
  /** What the check waits for, for the reason of one that takes too long. */
  awaited = "a connection";
  readonly #controller = new AbortController();
  readonly #sendProxy: SendProxy;
  #socket: Deno.Conn | null = null;

  /** @param sendProxy The version of the PROXY protocol that the backend expects. */
  constructor(sendProxy: SendProxy = "none") {
    this.#sendProxy = sendProxy;
  }

  /** Whether it was cancelled, and its result means nothing. */
  get isCancelled(): boolean {
    return this.#controller.signal.aborted;
  }

  get isConnected(): boolean {
    return this.#socket !== null;
  }

  /**
   * Connects to a backend, and sends the header that it expects.
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
    this.#socket = socket;
    if (this.#sendProxy !== "none") await writeAll(socket, checkHeader(this.#sendProxy, socket));
    return socket;
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

/**
 * The header of a connection that is for no client. Version 1 can say no more than that it does not
 * know one, which some servers refuse: there the checker calls itself the client, as HAProxy does.
 */
function checkHeader(version: Exclude<SendProxy, "none">, socket: Deno.Conn): Uint8Array {
  if (version === "v2") return proxyHeader("v2", null);
  return proxyHeader("v1", { remoteAddr: socket.localAddr, localAddr: socket.remoteAddr });
}

function isConnectedToItself({ localAddr, remoteAddr }: Deno.Conn): boolean {
  return localAddr.transport === "tcp" && remoteAddr.transport === "tcp" &&
    localAddr.port === remoteAddr.port && localAddr.hostname === remoteAddr.hostname;
}
