import type { Address } from "../../base/address.ts";
import { writeAll } from "../../base/write_text.ts";
import { openSocket } from "../../core/open_socket.ts";
import { proxyHeader } from "../../core/proxy_protocol/format.ts";
import type { SendProxy } from "../../settings/health_settings.ts";

/** A check that runs. It closes its socket, however it ends. */
export class Attempt implements Disposable {
  /** What the check waits for, for the reason of one that takes too long. */
  awaited = "a connection";
  readonly #controller = new AbortController();
  readonly #sendProxy: SendProxy;
  #socket: Deno.Conn | null = null;
  #wasConnected = false;

  /** @param sendProxy The version of the PROXY protocol that the backend expects. */
  constructor(sendProxy: SendProxy = "none") {
    this.#sendProxy = sendProxy;
  }

  /** Whether it was cancelled, and its result means nothing. */
  get isCancelled(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Whether a connection was made. */
  get isConnected(): boolean {
    return this.#wasConnected;
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
    this.#wasConnected = true;
    if (this.#sendProxy !== "none") await writeAll(socket, checkHeader(this.#sendProxy, socket));
    return socket;
  }

  /**
   * Goes on over TLS.
   *
   * @param serverName The name that the certificate of the server must have.
   * @throws What the runtime throws, of a certificate that it does not trust for example.
   */
  async secure(serverName: string): Promise<Deno.Conn> {
    this.awaited = "a TLS handshake";
    const plain = this.#socket;
    // It takes the connection over, even if it fails.
    this.#socket = null;
    const socket = await Deno.startTls(plain as Deno.TcpConn, { hostname: serverName });
    this.#socket = socket;
    if (this.isCancelled) this[Symbol.dispose]();
    await socket.handshake();
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
