import type { Ends } from "../socket.ts";

/** The versions of the PROXY protocol: a line of text, or bytes. */
export type ProxyVersion = "v1" | "v2";

/** What a proxy tells about its client's connection beside the addresses; only in version 2. */
export interface Tlv {
  /** 0 to 255; the specification lists them, such as 0x02 for the name of the server (SNI). */
  readonly type: number;
  readonly value: Uint8Array;
}

/** A header of the PROXY protocol, with which a proxy introduces its client. */
export interface ProxyHeader {
  readonly version: ProxyVersion;
  /** `local`: the proxy speaks for itself, as in a health check. */
  readonly command: "proxy" | "local";
  /**
   * The ends of the client's connection to the proxy: the client is `remoteAddr`. Null if
   * the proxy does not know them, or the command is `local`: then those of its own
   * connection hold.
   */
  readonly ends: Ends | null;
  /** Views of the parsed bytes. */
  readonly tlvs: readonly Tlv[];
  /** How many bytes the header has. */
  readonly length: number;
}

/** Bytes that are no valid header of the PROXY protocol. */
export class ProxyHeaderError extends Error {
  override readonly name = "ProxyHeaderError";
}

/** How a header of version 1 begins. */
export const TEXT_BEGIN: Uint8Array = new TextEncoder().encode("PROXY ");
/** How a header of version 2 begins. */
export const SIGNATURE: Uint8Array = new TextEncoder().encode("\r\n\r\n\0\r\nQUIT\n");

/** Where version and command, address family and length are in a header of version 2. */
export const COMMAND_AT = 12;
export const FAMILY_AT = 13;
export const LENGTH_AT = 14;
/** The bytes of these and the signature, which its length does not count. */
export const FIXED_LENGTH = 16;
/** The bytes of both ports, and of one path. */
export const PORTS_LENGTH = 4;
export const PATH_LENGTH = 108;

/** The bytes of a TLV before its value: one for the type, two for the length. */
export const TLV_HEAD = 3;
/** The TLV that has the checksum of the header as its value. */
export const CRC32C_TYPE = 0x03;
export const CHECKSUM_LENGTH = 4;
