/** Addresses as people write them: `127.0.0.1:8000`. */

/** An address of a socket. */
export type Address =
  | {
    readonly transport: "tcp";
    /** A name or an IP address, without the brackets of IPv6. */
    readonly hostname: string;
    /** 0 to 65535; 0 lets the system choose. */
    readonly port: number;
  }
  | {
    readonly transport: "unix";
    /** The path of the socket file. */
    readonly path: string;
  };

/** The largest port number. */
export const MAX_PORT = 65_535;

const TCP = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/;
const NAME = /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_.])?$/i;
const LOCALHOST = /^localhost\.?$/i;
const BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);
/** Loose: two colons are enough to tell it from a name with a port. */
const IPV6 = /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(?:%[a-z0-9._-]+)?$/i;

/**
 * Reads `127.0.0.1:8000`, `localhost:8000`, `[::]:8000` or
 * `unix:/run/sluice.sock`. Does not look up names.
 *
 * @returns The address; null if the text is not one.
 */
export function parseAddress(text: string): Address | null {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    // The system call would end the path at a NUL byte; half a surrogate pair has no bytes.
    if (path === "" || path.includes("\0") || !path.isWellFormed()) return null;
    return { transport: "unix", path };
  }
  const match = TCP.exec(text);
  if (match === null) return null;
  const [, bracketed, plain, digits] = match;
  const hostname = bracketed === undefined
    ? parseHostname(plain ?? "")
    : parseHostname(`[${bracketed}]`);
  const port = Number(digits);
  if (hostname === null || port > MAX_PORT) return null;
  return { transport: "tcp", hostname, port };
}

/**
 * Reads a host without a port: a name, an IPv4 address, or an IPv6 address with
 * or without brackets.
 *
 * @returns The host without brackets; null if the text is not one.
 */
export function parseHostname(text: string): string | null {
  const bracketed = text.startsWith("[") && text.endsWith("]");
  const hostname = bracketed ? text.slice(1, -1) : text;
  if (IPV6.test(hostname)) return hostname;
  return !bracketed && NAME.test(hostname) ? hostname : null;
}

/** The family of an IP address without brackets; null if the host is a name. */
export function familyOf(hostname: string): 4 | 6 | null {
  if (hostname.includes(":")) return 6;
  return IPV4.test(hostname) ? 4 : null;
}

/** Whether a name is that of the machine itself: `localhost` (RFC 6761, section 6.3). */
export function isLocalhost(hostname: string): boolean {
  return LOCALHOST.test(hostname);
}

/**
 * The addresses that an address stands for: `localhost` stands for the loopback addresses of
 * both families (RFC 6761, section 6.3), any other address for itself.
 */
export function expandLocalhost(address: Address): readonly Address[] {
  if (address.transport === "unix" || !isLocalhost(address.hostname)) return [address];
  return ["127.0.0.1", "::1"].map((hostname) => ({ ...address, hostname }));
}

/** The URL at which a browser on this machine finds an HTTP server; null for a Unix socket. */
export function httpUrl(address: Address): string | null {
  if (address.transport === "unix") return null;
  const isEverywhere = address.hostname === "0.0.0.0" || address.hostname === "::";
  const host = isEverywhere ? { ...address, hostname: "localhost" } : address;
  return `http://${formatAddress(host)}/`;
}

/** Formats an address for {@linkcode parseAddress}, with IPv6 in brackets. */
export function formatAddress(address: Address): string {
  if (address.transport === "unix") return `unix:${address.path}`;
  const { hostname, port } = address;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/**
 * Whether a host is an IP address in its usual form, or a name that nobody takes for one: not
 * `10.0.0.256`, `1.2.3` or `1:2:::3`.
 */
export function isUnambiguous(hostname: string): boolean {
  const family = familyOf(hostname);
  if (family === 6) return URL.canParse(`http://[${hostname.replace(/%.*/, "")}]`);
  // URLs and the system take what ends in a number for an IPv4 address.
  return family === 4 || !/(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i.test(hostname);
}
