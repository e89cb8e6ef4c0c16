/**
 * The accept queues of addresses, whichever process has the sockets: sock_diag(7). It tells of
 * the listening sockets alone, while /proc/net/tcp lists all connections of the system.
 */
import type { Address } from "../base/address.ts";
import { loadLibrary } from "../base/c_library.ts";
import { type IpBytes, ipv4Part, isIpv4, parseIp } from "../base/ip.ts";
import { isGranted } from "../base/permissions.ts";
import { AF_INET, AF_INET6, IPPROTO_TCP, SOCK_CLOEXEC } from "../base/socket_numbers.ts";

const SYMBOLS = {
  /** socket(2). */
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  /** send(2). */
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  /** recv(2). */
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  /** close(2). */
  close: { parameters: ["i32"], result: "i32" },
} as const;

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_SOCK_DIAG = 4;
const MSG_DONTWAIT = 0x40;

/** struct nlmsghdr (linux/netlink.h). */
const HEADER = 16;
const TYPE = 4;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST_DUMP = 0x301;

/** struct inet_diag_req_v2 and inet_diag_msg (linux/inet_diag.h), from the begin of the message. */
const REQUEST = { length: 72, flags: 6, family: 16, protocol: 17, states: 20, port: 24 };
const REPLY = { port: HEADER + 4, address: HEADER + 8, length: HEADER + 56, limit: HEADER + 60 };
const LISTENING = 1 << 10;

/** As much as the kernel sends at once. */
const BUFFER = 32_768;

/** What the queues hold. */
export interface QueueLengths {
  /** The clients in all of them. */
  readonly length: number;
  /** The share of its limit that the fullest one holds; above 1 by one client when it overflows. */
  readonly fullest: number;
}

/** The accept queues of the sockets that listen on some addresses. */
export class AddressQueues implements Disposable {
  readonly #library: Deno.DynamicLibrary<typeof SYMBOLS>;
  readonly #socket: number;
  readonly #buffer = new Uint8Array(BUFFER);
  readonly #view = new DataView(this.#buffer.buffer);

  private constructor(library: Deno.DynamicLibrary<typeof SYMBOLS>, socket: number) {
    this.#library = library;
    this.#socket = socket;
  }

  /** Null without Linux, or without permission to ask it. */
  static open(): AddressQueues | null {
    if (Deno.build.os !== "linux" || !isGranted({ name: "ffi" })) return null;
    const library = loadLibrary(SYMBOLS);
    if (library === null) return null;
    const socket = library.symbols.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (socket >= 0) return new AddressQueues(library, socket);
    library.close();
    return null;
  }

  /**
   * Reads the queues of all sockets that listen on the addresses, Unix sockets excepted.
   *
   * @returns null if none listens, or the system does not tell.
   */
  read(addresses: readonly Address[]): QueueLengths | null {
    let length = 0;
    let fullest = 0;
    let sockets = 0;
    for (const address of addresses) {
      const ip = address.transport === "tcp" ? parseIp(address.hostname) : null;
      if (address.transport !== "tcp" || ip === null) continue;
      const isComplete = this.#ask(ip, address.port, (clients, limit) => {
        sockets++;
        length += clients;
        if (limit > 0) fullest = Math.max(fullest, clients / limit);
      });
      if (!isComplete) return null;
    }
    return sockets === 0 ? null : { length, fullest };
  }

  /** @returns Whether the kernel has told of all sockets of the address. */
  #ask(ip: IpBytes, port: number, found: (clients: number, limit: number) => void): boolean {
    const request = requestFor(isIpv4(ip) ? AF_INET : AF_INET6, port);
    const { send, recv } = this.#library.symbols;
    if (Number(send(this.#socket, request, BigInt(request.length), 0)) < 0) return false;
    const own = isIpv4(ip) ? ipv4Part(ip) : ip;
    for (;;) {
      const size = Number(recv(this.#socket, this.#buffer, BigInt(BUFFER), MSG_DONTWAIT));
      if (size < HEADER) return false;
      for (let at = 0; at + HEADER <= size; at += this.#lengthAt(at)) {
        const type = this.#view.getUint16(at + TYPE, true);
        if (type === NLMSG_DONE || type === NLMSG_ERROR) return type === NLMSG_DONE;
        // The kernel compares the port alone.
        if (!own.every((byte, i) => this.#buffer[at + REPLY.address + i] === byte)) continue;
        found(
          this.#view.getUint32(at + REPLY.length, true),
          this.#view.getUint32(at + REPLY.limit, true),
        );
      }
    }
  }

  /** The length of a message, up to where the next one begins. */
  #lengthAt(at: number): number {
    return Math.max(HEADER, this.#view.getUint32(at, true) + 3 & ~3);
  }

  [Symbol.dispose](): void {
    this.#library.symbols.close(this.#socket);
    this.#library.close();
  }
}

function requestFor(family: number, port: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(REQUEST.length));
  view.setUint32(0, REQUEST.length, true);
  view.setUint16(TYPE, SOCK_DIAG_BY_FAMILY, true);
  view.setUint16(REQUEST.flags, NLM_F_REQUEST_DUMP, true);
  view.setUint8(REQUEST.family, family);
  view.setUint8(REQUEST.protocol, IPPROTO_TCP);
  view.setUint32(REQUEST.states, LISTENING, true);
  view.setUint16(REQUEST.port, port);
  return new Uint8Array(view.buffer);
}
