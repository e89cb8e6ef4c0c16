/**
 * IP addresses as 16 bytes: an IPv4 address as the IPv6 address that it is mapped to
 * (RFC 4291, section 2.5.5.2), as sockets of both families have it. The runtime's URL parser
 * reads and writes IPv6, with far less to load in each thread than a library.
 */

/** An IP address: 16 bytes in network order. */
export type IpBytes = Uint8Array<ArrayBuffer>;

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const IPV6_CHARACTERS = /^[\da-f:.]+$/i;
const GROUPS = 8;
/** Where the IPv4 address begins in the address that it is mapped to. */
const IPV4_START = 12;
const MAPPED = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

/**
 * Reads an IP address: IPv4 as four decimal numbers without leading zeros, or IPv6 as
 * in RFC 4291, section 2.2, without brackets and zone.
 *
 * @returns null if the text is neither.
 */
export function parseIp(text: string): IpBytes | null {
  const bytes = new Uint8Array(2 * GROUPS);
  if (IPV4.test(text)) {
    bytes.set(MAPPED);
    bytes.set(text.split(".").map(Number), IPV4_START);
    return bytes;
  }
  if (!IPV6_CHARACTERS.test(text) || !text.includes(":")) return null;
  const url = URL.parse(`http://[${text}]`);
  if (url === null) return null;
  const view = new DataView(bytes.buffer);
  groupsOf(hostOf(url)).forEach((group, i) => view.setUint16(2 * i, group));
  return bytes;
}

/** Formats an IP address for {@linkcode parseIp}: IPv4 if it is a mapped one, or IPv6 as in RFC 5952. */
export function formatIp(bytes: Uint8Array): string {
  if (isIpv4(bytes)) return bytes.subarray(IPV4_START).join(".");
  const groups: string[] = [];
  for (let i = 0; i < bytes.length; i += 2) {
    groups.push(((bytes[i] ?? 0) << 8 | (bytes[i + 1] ?? 0)).toString(16));
  }
  return hostOf(new URL(`http://[${groups.join(":")}]`));
}

/**
 * The same text for all ways to write an IPv6 address, and for one that stands for one of IPv4;
 * any other text stays as it is.
 */
export function usualIp(text: string): string {
  const ip = text.includes(":") ? parseIp(text) : null;
  return ip === null ? text : formatIp(ip);
}

/** Whether an address is an IPv4 one. */
export function isIpv4(bytes: Uint8Array): boolean {
  return MAPPED.every((byte, i) => byte === bytes[i]);
}

/** The four bytes of an IPv4 address: a view. */
export function ipv4Part<T extends ArrayBufferLike>(bytes: Uint8Array<T>): Uint8Array<T> {
  return bytes.subarray(IPV4_START);
}

/** The IPv6 address that a URL has as its host. */
function hostOf(url: URL): string {
  return url.hostname.slice(1, -1);
}

/** The eight groups of an IPv6 address in its canonical form. */
function groupsOf(text: string): number[] {
  const [before = [], after = []] = text.split("::").map((part) =>
    part === "" ? [] : part.split(":").map((group) => parseInt(group, 16))
  );
  const zeros = new Array(GROUPS - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after];
}
