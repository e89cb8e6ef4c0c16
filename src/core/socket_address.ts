import type { Address } from "../base/address.ts";
import type { Library } from "../base/c_library.ts";
import { formatIp, ipv4Part, parseIp } from "../base/ip.ts";
import { AF_INET, AF_INET6, AF_UNIX } from "../base/socket_numbers.ts";

/** Bytes of an address of any family (sockaddr_storage). */
const LENGTH = 128;
/** Bytes of an address of one family (sockaddr_in, sockaddr_in6). */
const IPV4_LENGTH = 16;
const IPV6_LENGTH = 28;
/** Where the path of a Unix socket begins. */
const PATH = 2;

/**
 * Where a socket is bound: getsockname(2), ip(7), ipv6(7), unix(7). A Unix socket in the
 * abstract namespace has `@` in place of its first byte.
 *
 * @returns null if the descriptor is no socket, or one of another family.
 */
export function socketAddress(library: Library, descriptor: number): Address | null {
  const address = new Uint8Array(LENGTH);
  const size = Int32Array.of(LENGTH);
  if (library.getsockname(descriptor, address, new Uint8Array(size.buffer)) !== 0) return null;
  const view = new DataView(address.buffer);
  const port = view.getUint16(2);
  switch (view.getUint16(0, true)) {
    case AF_INET:
      return { transport: "tcp", hostname: address.subarray(4, 8).join("."), port };
    case AF_INET6:
      return { transport: "tcp", hostname: formatIp(address.subarray(8, 24)), port };
    case AF_UNIX:
      return { transport: "unix", path: pathOf(address.subarray(PATH, size[0])) };
    default:
      return null;
  }
}

/**
 * Encodes an address for bind(2) and connect(2).
 *
 * @param hostname An IP address; IPv6 without brackets and zone.
 * @throws {TypeError} If the host is something else.
 */
export function encodeAddress(hostname: string, port: number): Uint8Array<ArrayBuffer> {
  const ip = parseIp(hostname);
  if (ip === null) throw new TypeError(`Cannot encode "${hostname}": expected an IP address`);
  // One in the form of IPv6 stays one, also if it stands for one of IPv4.
  const isIpv6 = hostname.includes(":");
  const address = new Uint8Array(isIpv6 ? IPV6_LENGTH : IPV4_LENGTH);
  const view = new DataView(address.buffer);
  view.setUint16(0, isIpv6 ? AF_INET6 : AF_INET, true);
  view.setUint16(2, port);
  address.set(isIpv6 ? ip : ipv4Part(ip), isIpv6 ? 8 : 4);
  return address;
}

function pathOf(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  if (text.startsWith("\0")) return `@${text.slice(1)}`;
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
