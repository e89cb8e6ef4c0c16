/** Version 2 of the PROXY protocol: bytes (proxy-protocol.txt, section 2.2). */
import { formatIp } from "../../base/ip.ts";
import type { Ends } from "../socket.ts";
import {
  COMMAND_AT,
  FAMILY_AT,
  FIXED_LENGTH,
  LENGTH_AT,
  PATH_LENGTH,
  PORTS_LENGTH,
  type ProxyHeader,
  ProxyHeaderError,
} from "./header.ts";
import { checkChecksum, parseTlvs } from "./tlvs.ts";

/**
 * The most bytes after the fixed part. The specification allows 65,535; those that proxies
 * send, with the names and the certificate of a TLS client, are a fraction of this.
 */
const MAX_LENGTH = 4096;

/** How the ends are written in a family of addresses. */
interface Family {
  /** The bytes of both. */
  readonly length: number;
  read(bytes: Uint8Array): Ends;
}

const decoder = new TextDecoder();

/** By number; null for those without addresses. */
const FAMILIES: readonly (Family | null)[] = [
  null,
  { length: 2 * 4 + PORTS_LENGTH, read: (bytes) => readIps(bytes, 4) },
  { length: 2 * 16 + PORTS_LENGTH, read: (bytes) => readIps(bytes, 16) },
  { length: 2 * PATH_LENGTH, read: readPaths },
];

/** Streams and datagrams, such as those of HTTP/3, have their addresses written alike; 0 has none. */
const LAST_TRANSPORT = 2;

/**
 * Parses bytes that begin like a header of version 2.
 *
 * @returns null before its end.
 * @throws {ProxyHeaderError} If they cannot become a valid one.
 */
export function parseBinaryHeader(bytes: Uint8Array): ProxyHeader | null {
  const versionAndCommand = bytes[COMMAND_AT];
  if (versionAndCommand === undefined) return null;
  const isLocal = isLocalCommand(versionAndCommand);
  if (bytes.length < FIXED_LENGTH) return null;
  // For `local`, family and all that follows say nothing.
  const family = isLocal ? null : familyOf(bytes[FAMILY_AT] ?? 0);
  const length = (bytes[LENGTH_AT] ?? 0) << 8 | (bytes[LENGTH_AT + 1] ?? 0);
  if (length > MAX_LENGTH) throw unexpected("length", length, `at most ${MAX_LENGTH}`);
  if (family !== null && length < family.length) {
    throw unexpected("length", length, `at least ${family.length} for its addresses`);
  }
  const whole = bytes.subarray(0, FIXED_LENGTH + length);
  if (whole.length < FIXED_LENGTH + length) return null;
  const header = { version: "v2", length: whole.length } as const;
  if (isLocal) return { ...header, command: "local", ends: null, tlvs: [] };
  if (family === null) return { ...header, command: "proxy", ends: null, tlvs: [] };
  const tlvs = parseTlvs(whole.subarray(FIXED_LENGTH + family.length));
  checkChecksum(whole, tlvs);
  return { ...header, command: "proxy", ends: family.read(whole.subarray(FIXED_LENGTH)), tlvs };
}

function isLocalCommand(byte: number): boolean {
  if (byte >> 4 !== 2) throw unexpected("version", byte >> 4, "2");
  const command = byte & 0xf;
  if (command > 1) throw unexpected("command", command, "0 (LOCAL) or 1 (PROXY)");
  return command === 0;
}

/** The family of the addresses; null if the proxy could not name any. */
function familyOf(byte: number): Family | null {
  const family = FAMILIES[byte >> 4];
  const transport = byte & 0xf;
  if (family === undefined) {
    throw unexpected("address family", byte >> 4, `at most ${FAMILIES.length - 1}`);
  }
  if (transport > LAST_TRANSPORT) {
    throw unexpected("transport protocol", transport, `at most ${LAST_TRANSPORT}`);
  }
  return transport === 0 ? null : family;
}

function unexpected(what: string, found: number, expected: string): ProxyHeaderError {
  return new ProxyHeaderError(`found ${what} ${found} in the binary header, expected ${expected}`);
}

/** @param size The bytes of an address: 4 or 16. */
function readIps(bytes: Uint8Array, size: number): Ends {
  const addressAt = (i: number): Deno.NetAddr => {
    const address = bytes.subarray(i * size, (i + 1) * size);
    const portAt = 2 * size + 2 * i;
    return {
      transport: "tcp",
      hostname: size === 4 ? address.join(".") : formatIp(address),
      port: (bytes[portAt] ?? 0) << 8 | (bytes[portAt + 1] ?? 0),
    };
  };
  return { remoteAddr: addressAt(0), localAddr: addressAt(1) };
}

function readPaths(bytes: Uint8Array): Ends {
  const addressAt = (i: number): Deno.UnixAddr => {
    const path = bytes.subarray(i * PATH_LENGTH, (i + 1) * PATH_LENGTH);
    const end = path.indexOf(0);
    return { transport: "unix", path: decoder.decode(end === -1 ? path : path.subarray(0, end)) };
  };
  return { remoteAddr: addressAt(0), localAddr: addressAt(1) };
}
