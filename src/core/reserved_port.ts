import type { Address } from "../base/address.ts";
import { errnoOf, type Library, openLibrary } from "../base/c_library.ts";
import { parseIp } from "../base/ip.ts";
import {
  AF_INET,
  AF_INET6,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../base/socket_numbers.ts";
import { encodeAddress } from "./socket_address.ts";

const EADDRINUSE = 98;

type TcpAddress = Extract<Address, { transport: "tcp" }>;

/**
 * Keeps a port for the processes of one server, which listen on it with SO_REUSEPORT (socket(7)).
 * Otherwise another server of the same user could join them, or bind the port before they do.
 * It is a socket that is bound, but does not listen, so the kernel gives it no client. The
 * runtime has no API for that, so this calls the C library.
 */
export class ReservedPort implements Disposable {
  readonly #library: Library;
  readonly #socket: number;
  #isOpen = true;

  private constructor(library: Library, socket: number) {
    this.#library = library;
    this.#socket = socket;
  }

  /**
   * Reserves the port of an address: an IP address with a port other than 0.
   *
   * @returns null if it cannot, such as without Linux or permission for FFI.
   * @throws {Deno.errors.AddrInUse} If somebody else has it.
   */
  static of({ hostname, port }: TcpAddress): ReservedPort | null {
    // Of an address with a zone, the text alone does not tell the interface.
    if (parseIp(hostname) === null) return null;
    const library = openLibrary();
    if (library === null) return null;
    const address = encodeAddress(hostname, port);
    const family = hostname.includes(":") ? AF_INET6 : AF_INET;
    const socket = library.socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const reserved = new ReservedPort(library, socket);
    if (reserved.#bind(address)) return reserved;
    const isTaken = errnoOf(library) === EADDRINUSE;
    reserved[Symbol.dispose]();
    if (isTaken) throw new Deno.errors.AddrInUse("Address already in use");
    return null;
  }

  /** Idempotent. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#library.close(this.#socket);
    this.#library[Symbol.dispose]();
  }

  #bind(address: Uint8Array<ArrayBuffer>): boolean {
    if (!this.#tryBind(address)) {
      // Connections of a server before may be left in TIME_WAIT: with this option, the
      // kernel overlooks them, though not a socket that listens.
      this.#set(SO_REUSEADDR, 1);
      if (!this.#tryBind(address)) return false;
      // From here on it keeps others away that overlook sockets that do not listen.
      this.#set(SO_REUSEADDR, 0);
    }
    // Not before the socket is bound: until then, it is to have the port alone.
    this.#set(SO_REUSEPORT, 1);
    return true;
  }

  #tryBind(address: Uint8Array<ArrayBuffer>): boolean {
    return this.#library.bind(this.#socket, address, address.length) === 0;
  }

  #set(option: number, value: number): void {
    const bytes = new Uint8Array(Int32Array.of(value).buffer);
    this.#library.setsockopt(this.#socket, SOL_SOCKET, option, bytes, bytes.length);
  }
}
