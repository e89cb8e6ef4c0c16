/** The fields by which a backend learns of the client (RFC 7239, and what was in use before it). */
import type { Field } from "../message.ts";
import {
  believedElements,
  believedHost,
  believedIps,
  believedPort,
  believedScheme,
  hostOf,
  type IsTrusted,
  schemeOf,
} from "./believed.ts";
import { elementOf, formatElement, quotedIfNeeded } from "./forwarded_element.ts";

/** How a request has come: what all requests of one connection have in common. */
export interface Hop {
  /** The IP address of the peer, as formatIp() writes it; null for a Unix socket. */
  readonly peer: string | null;
  /** Whether the peer is believed what it says about its clients, and the IDs of its requests. */
  readonly isTrusted: boolean;
  /**
   * Whether an address that a trusted peer names is trusted as well: what an untrusted one said
   * is not sent on. If absent, all are.
   */
  readonly trusts?: IsTrusted;
  /** The port that the peer has connected to; null for a Unix socket. */
  readonly localPort: number | null;
  /** The address that the peer has connected to, as a Host; `localhost` for a Unix socket. */
  readonly localHost: string;
  readonly scheme: "http" | "https";
}

const all: IsTrusted = () => true;

/**
 * Formats X-Forwarded-For, -Proto, -Host and -Port, and Forwarded. A trusted peer is believed,
 * and appended; what another one says is replaced.
 *
 * @param fields Of the request, with names in lower case.
 * @param host That the client has asked for; empty if there is none.
 */
export function forwardingFields(fields: readonly Field[], host: string, hop: Hop): string {
  return hop.isTrusted ? appendedFields(fields, host, hop) : replacedFields(host, hop);
}

function replacedFields(host: string, hop: Hop): string {
  const addresses = hop.peer === null ? "" : `x-forwarded-for: ${hop.peer}\r\n`;
  const hosts = host === "" ? "" : `x-forwarded-host: ${host}\r\n`;
  const port = hop.localPort === null ? "" : `x-forwarded-port: ${hop.localPort}\r\n`;
  return `${addresses}x-forwarded-proto: ${hop.scheme}\r\n${hosts}${port}` +
    `forwarded: ${ownElement(host, hop)}\r\n`;
}

function appendedFields(fields: readonly Field[], host: string, hop: Hop): string {
  const trusts = hop.trusts ?? all;
  const named = believedIps(fields, trusts);
  let elements = believedElements(fields, trusts) ?? [];
  const described = elements.map(({ ip }) => ip);
  // One of the two may have passed a proxy that only writes the other: then it is the client's.
  if (named !== null && named.join() !== described.join()) elements = [];
  // X-Forwarded-For cannot express that an address is hidden.
  const ips = named ?? described.filter((ip) => ip !== null);
  const before = elements.length > 0 ? elements.map(formatElement) : ips.map(elementOf);
  const first = elements[0]?.parameters;
  const scheme = believedScheme(fields) ?? schemeOf(first?.get("proto"));
  const hostBefore = believedHost(fields) ?? hostOf(first?.get("host"));
  // The own port is not that of a URL with another scheme or host.
  const isOwn = scheme === null && hostBefore === null && hop.localPort !== null;
  const port = believedPort(fields) ?? (isOwn ? String(hop.localPort) : "");
  const addresses = hop.peer === null ? ips : [...ips, hop.peer];
  return line("x-forwarded-for", addresses.join(", ")) +
    line("x-forwarded-proto", scheme ?? hop.scheme) +
    line("x-forwarded-host", hostBefore ?? host) +
    line("x-forwarded-port", port) +
    line("forwarded", [...before, ownElement(host, hop)].join(", "));
}

function ownElement(host: string, { peer, scheme }: Hop): string {
  const hosts = host === "" ? "" : `;host=${quotedIfNeeded(host)}`;
  return `${elementOf(peer)}${hosts};proto=${scheme}`;
}

/** A field line; nothing if the value is empty. */
function line(name: string, value: string): string {
  return value === "" ? "" : `${name}: ${value}\r\n`;
}
