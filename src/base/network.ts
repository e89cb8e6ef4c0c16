import { type IpBytes, isIpv4, parseIp } from "./ip.ts";

/** A block of IP addresses in CIDR notation (RFC 4632, RFC 4291), such as 10.0.0.0/8. */
export interface Network {
  /** Its first address. */
  readonly first: IpBytes;
  /** How many leading bits its addresses have in common: 0 to 128, counted in the 16 bytes. */
  readonly bits: number;
}

/** The word, in lists of networks, for all processes that connect through a Unix socket. */
export const UNIX_PEERS = "unix";

/** The bits before the IPv4 address in the address that it is mapped to. */
const IPV4_OFFSET = 96;
const ALL_BITS = 128;
const LENGTH = /^(?:0|[1-9]\d{0,2})$/;

/**
 * Reads a network such as `10.0.0.0/8` or `fd00::/8`, or a single address.
 *
 * @returns null if the text is neither, or the address has bits beyond the length of the
 * prefix: that may be meant as a single address, or as the network that it is in.
 */
export function parseNetwork(text: string): Network | null {
  const [address = "", length, ...others] = text.split("/");
  const first = parseIp(address);
  if (first === null || others.length > 0) return null;
  if (length === undefined) return { first, bits: ALL_BITS };
  const bits = Number(length) + (address.includes(":") ? 0 : IPV4_OFFSET);
  if (!LENGTH.test(length) || bits > ALL_BITS) return null;
  const isFirst = first.every((byte, i) => (byte & ~prefixMask(bits, i)) === 0);
  return isFirst ? { first, bits } : null;
}

/** Whether an address is in a network; an IPv4 one is in no network of IPv6. */
export function isInNetwork(address: IpBytes, { first, bits }: Network): boolean {
  if (bits < IPV4_OFFSET && isIpv4(address)) return false;
  return first.every((byte, i) => ((byte ^ (address[i] ?? 0)) & prefixMask(bits, i)) === 0);
}

/** The bits of byte `i` that belong to a prefix of `bits` bits. */
function prefixMask(bits: number, i: number): number {
  const inByte = Math.min(8, Math.max(0, bits - 8 * i));
  return 0xff & 0xff << 8 - inByte;
}
