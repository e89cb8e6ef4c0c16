import {
  AF_INET,
  AF_INET6,
  IPPROTO_TCP,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../base/socket_numbers.ts";
import { encodeAddress } from "../core/socket_address.ts";
import type { SocketLibrary } from "./socket_library.ts";

const NEW = SOCK_NONBLOCK | SOCK_CLOEXEC;
const SO_ERROR = 4;
const TCP_NODELAY = 1;
const MSG_NOSIGNAL = 0x4000;
const EAGAIN = 11;
const EINPROGRESS = 115;
/** Errors of connect(2), recv(2) and send(2) that reports name; others are numbers. */
const ERRORS: ReadonlyMap<number, string> = new Map([
  [24, "too many open files"],
  [99, "no free port"],
  [104, "reset"],
  [32, "reset"],
  [110, "timed out"],
  [111, "refused"],
  [113, "unreachable"],
]);

/** Nothing has arrived, or nothing can be sent for now. */
export const AGAIN = -1;
/** The connection failed; see {@linkcode Sockets.lastError}. */
export const FAILED = -2;

/** Non-blocking TCP sockets, by their descriptors. */
export class Sockets {
  readonly #library: SocketLibrary;
  readonly #errno: Deno.UnsafePointerView;
  readonly #one = new Uint8Array(new Int32Array([1]).buffer);
  readonly #value = new Int32Array(1);
  readonly #valueBytes = new Uint8Array(this.#value.buffer);
  readonly #length = new Uint8Array(new Uint32Array([4]).buffer);
  /** Why the last call failed, such as `refused`. */
  lastError = "";

  constructor(library: SocketLibrary) {
    this.#library = library;
    const errno = library.__errno_location();
    if (errno === null) throw new Error("The C library has no errno");
    this.#errno = new Deno.UnsafePointerView(errno);
  }

  /**
   * Starts to connect; the socket becomes writable when that is done.
   *
   * @param address From {@linkcode encodeAddress}.
   * @returns The socket, or {@linkcode FAILED}.
   */
  connect(address: Uint8Array<ArrayBuffer>): number {
    const family = address.length === 16 ? AF_INET : AF_INET6;
    const socket = this.#library.socket(family, SOCK_STREAM | NEW, 0);
    if (socket < 0) return this.#fail(this.#errno.getInt32());
    this.#library.setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, this.#one, 4);
    if (this.#library.connect(socket, address, address.length) === 0) return socket;
    const error = this.#errno.getInt32();
    if (error === EINPROGRESS) return socket;
    this.#library.close(socket);
    return this.#fail(error);
  }

  /** Whether a socket that became writable is connected; if not, see {@linkcode lastError}. */
  isConnected(socket: number): boolean {
    this.#library.getsockopt(socket, SOL_SOCKET, SO_ERROR, this.#valueBytes, this.#length);
    const error = this.#value[0] ?? 0;
    if (error !== 0) this.#fail(error);
    return error === 0;
  }

  /** @returns The number of bytes, 0 at the end, {@linkcode AGAIN} or {@linkcode FAILED}. */
  receive(socket: number, buffer: Uint8Array<ArrayBuffer>): number {
    const count = this.#library.recv(socket, buffer, buffer.length, 0);
    return count >= 0 ? count : this.#againOrFail();
  }

  /** @returns The number of bytes sent, {@linkcode AGAIN} or {@linkcode FAILED}. */
  send(socket: number, bytes: Uint8Array<ArrayBuffer>): number {
    const count = this.#library.send(socket, bytes, bytes.length, MSG_NOSIGNAL);
    return count >= 0 ? count : this.#againOrFail();
  }

  close(socket: number): void {
    this.#library.close(socket);
  }

  /** Whether the first bytes of both are equal. */
  areEqual(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>, length: number): boolean {
    return this.#library.memcmp(a, b, length) === 0;
  }

  /**
   * Listens on a free port of 127.0.0.1.
   *
   * @throws {Error} If the system refuses.
   */
  listen(backlog: number): { readonly socket: number; readonly port: number } {
    const socket = this.#library.socket(AF_INET, SOCK_STREAM | NEW, 0);
    const address = encodeAddress("127.0.0.1", 0);
    this.#library.setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, this.#one, 4);
    if (
      this.#library.bind(socket, address, address.length) !== 0 ||
      this.#library.listen(socket, backlog) !== 0
    ) throw new Error(`Cannot listen: error ${this.#errno.getInt32()}`);
    const length = new Uint8Array(new Uint32Array([address.length]).buffer);
    this.#library.getsockname(socket, address, length);
    return { socket, port: new DataView(address.buffer).getUint16(2) };
  }

  /** @returns A socket, or {@linkcode AGAIN} if no client waits. */
  accept(listening: number): number {
    const socket = this.#library.accept4(listening, null, null, NEW);
    if (socket < 0) return AGAIN;
    this.#library.setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, this.#one, 4);
    return socket;
  }

  #againOrFail(): number {
    const error = this.#errno.getInt32();
    return error === EAGAIN ? AGAIN : this.#fail(error);
  }

  #fail(error: number): number {
    this.lastError = ERRORS.get(error) ?? `error ${error}`;
    return FAILED;
  }
}
