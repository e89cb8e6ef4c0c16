import { formatIp, parseIp } from "../../base/ip.ts";

/** Longer entries are not addresses; trying to read them could take long. */
const MAX_LENGTH = 64;
/** An IPv6 address in brackets, or an IPv4 address, with a port; the port is optional after brackets. */
const WITH_PORT = /^(?:\[([\da-f:.]*:[\da-f:.]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/i;

/**
 * The IP address of an entry of X-Forwarded-For or Forwarded, which some proxies write with a port.
 *
 * @returns As {@linkcode formatIp} writes it; null if it is none.
 */
export function ipOf(entry: string): string | null {
  if (entry.length > MAX_LENGTH) return null;
  // An IPv4 address can be written in one way.
  if (!entry.includes(":")) return parseIp(entry) === null ? null : entry;
  const [, literal, ipv4] = WITH_PORT.exec(entry) ?? [];
  const bytes = parseIp(literal ?? ipv4 ?? entry);
  return bytes === null ? null : formatIp(bytes);
}
