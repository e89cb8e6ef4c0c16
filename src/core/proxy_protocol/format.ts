import { formatIp, type IpBytes, ipv4Part, isIpv4, parseIp } from "../../base/ip.ts";
import type { Ends } from "../socket.ts";
import { crc32c } from "./crc32c.ts";
import {
  CHECKSUM_LENGTH,
  COMMAND_AT,
  CRC32C_TYPE,
  FAMILY_AT,
  FIXED_LENGTH,
  LENGTH_AT,
  PATH_LENGTH,
  PORTS_LENGTH,
  type ProxyVersion,
  SIGNATURE,
  type Tlv,
  TLV_HEAD,
} from "./header.ts";

/** What a header of version 2 tells beside the addresses. */
export interface ProxyHeaderOptions {
  readonly tlvs?: readonly Tlv[];
  /** Whether a checksum follows them. */
  readonly hasChecksum?: boolean;
}

/** Version and command. */
const LOCAL = 0x20;
const PROXY = 0x21;
/** Address families, each with streams as the transport. */
const UNSPECIFIED = 0x00;
const TCP4 = 0x11;
const TCP6 = 0x21;
const UNIX = 0x31;
const MAX_LENGTH = 0xffff;

const encoder = new TextEncoder();

/**
 * Formats a header of the PROXY protocol, to be sent to a server before anything else.
 *
 * @param ends The client's connection: `remoteAddr` is the client. Null if the connection
 * to the server is for no client, as in a health check; then the header is `LOCAL` or, in
 * version 1, `UNKNOWN`, which some servers refuse: they accept the ends of that connection.
 * @param options For version 2: version 1 has room for addresses alone.
 * @throws {RangeError} If the header would be longer than the protocol allows.
 */
export function proxyHeader(
  version: ProxyVersion,
  ends: Ends | null,
  options: ProxyHeaderOptions = {},
): Uint8Array<ArrayBuffer> {
  return version === "v1" ? encoder.encode(textLine(ends)) : binaryHeader(ends, options);
}

function textLine(ends: Ends | null): string {
  const known = ends === null ? null : ipEnds(ends);
  if (known === null) return "PROXY UNKNOWN\r\n";
  const { source, destination, isV4, ports } = known;
  const format = (ip: IpBytes) => isIpv4(ip) && !isV4 ? `::ffff:${formatIp(ip)}` : formatIp(ip);
  const protocol = isV4 ? "TCP4" : "TCP6";
  return `PROXY ${protocol} ${format(source)} ${format(destination)} ${ports.join(" ")}\r\n`;
}

function binaryHeader(
  ends: Ends | null,
  { tlvs = [], hasChecksum = false }: ProxyHeaderOptions,
): Uint8Array<ArrayBuffer> {
  const { family, block } = ends === null ? NOTHING : addressBlock(ends);
  // Receivers skip whatever follows addresses that are unspecified.
  const told = family === UNSPECIFIED ? [] : [...tlvs, ...(hasChecksum ? [ZERO_CHECKSUM] : [])];
  const length = told.reduce((sum, { value }) => sum + TLV_HEAD + value.length, block.length);
  if (length > MAX_LENGTH) {
    throw new RangeError(
      `Cannot send a PROXY protocol header: found ${length} bytes, expected at most ${MAX_LENGTH}`,
    );
  }
  const bytes = new Uint8Array(FIXED_LENGTH + length);
  const view = new DataView(bytes.buffer);
  bytes.set(SIGNATURE);
  bytes[COMMAND_AT] = ends === null ? LOCAL : PROXY;
  bytes[FAMILY_AT] = family;
  view.setUint16(LENGTH_AT, length);
  bytes.set(block, FIXED_LENGTH);
  let at = FIXED_LENGTH + block.length;
  for (const { type, value } of told) {
    view.setUint8(at, type);
    view.setUint16(at + 1, value.length);
    bytes.set(value, at + TLV_HEAD);
    at += TLV_HEAD + value.length;
  }
  if (told.includes(ZERO_CHECKSUM)) view.setUint32(at - CHECKSUM_LENGTH, crc32c(bytes));
  return bytes;
}

/** The family of the ends of a connection, and their addresses as bytes. */
interface AddressBlock {
  readonly family: number;
  readonly block: Uint8Array;
}

const NOTHING: AddressBlock = { family: UNSPECIFIED, block: new Uint8Array(0) };
/** Filled in once the rest of the header is there. */
const ZERO_CHECKSUM: Tlv = { type: CRC32C_TYPE, value: new Uint8Array(CHECKSUM_LENGTH) };

function addressBlock(ends: Ends): AddressBlock {
  const known = ipEnds(ends);
  if (known === null) return unixBlock(ends) ?? NOTHING;
  const { isV4, ports } = known;
  const [source, destination] = [known.source, known.destination].map((ip) =>
    isV4 ? ipv4Part(ip) : ip
  ) as [IpBytes, IpBytes];
  const block = new Uint8Array(2 * source.length + PORTS_LENGTH);
  block.set(source);
  block.set(destination, source.length);
  const view = new DataView(block.buffer, 2 * source.length);
  ports.forEach((port, i) => view.setUint16(2 * i, port));
  return { family: isV4 ? TCP4 : TCP6, block };
}

/** The ends of a connection by TCP. */
interface IpEnds {
  readonly source: IpBytes;
  readonly destination: IpBytes;
  readonly ports: readonly [source: number, destination: number];
  /** Whether both are IPv4 addresses; if only one is, a header has both as IPv6. */
  readonly isV4: boolean;
}

/** Null if they are anything else. */
function ipEnds({ remoteAddr, localAddr }: Ends): IpEnds | null {
  if (remoteAddr.transport !== "tcp" || localAddr.transport !== "tcp") return null;
  const source = parseIp(remoteAddr.hostname);
  const destination = parseIp(localAddr.hostname);
  if (source === null || destination === null) return null;
  const isV4 = isIpv4(source) && isIpv4(destination);
  return { source, destination, ports: [remoteAddr.port, localAddr.port], isV4 };
}

function unixBlock({ remoteAddr, localAddr }: Ends): AddressBlock | null {
  if (remoteAddr.transport !== "unix" || localAddr.transport !== "unix") return null;
  const block = new Uint8Array(2 * PATH_LENGTH);
  for (const [i, { path }] of [remoteAddr, localAddr].entries()) {
    const bytes = encoder.encode(path ?? "");
    if (bytes.length > PATH_LENGTH) return null;
    block.set(bytes, i * PATH_LENGTH);
  }
  return { family: UNIX, block };
}
