/** The package `dns-packet`, as far as it is used here; it brings no types. */
import { Buffer } from "node:buffer";
import * as library from "dns-packet";

/** A record as the package decodes it. */
export interface PacketRecord {
  readonly type: string;
  readonly name: string;
  readonly ttl?: number;
  /** Depends on the type: an IP address, a name, or the fields of an SRV record. */
  readonly data?: unknown;
}

/** A packet as the package decodes it. */
export interface Packet {
  readonly type: "query" | "response";
  readonly id: number;
  readonly rcode: string;
  readonly flag_tc: boolean;
  readonly questions: readonly { readonly name: string; readonly type: string }[];
  readonly answers: readonly PacketRecord[];
  readonly additionals: readonly PacketRecord[];
}

interface Outgoing {
  readonly type: "query";
  readonly id: number;
  readonly flags: number;
  readonly questions: readonly { readonly name: string; readonly type: string }[];
  readonly additionals: readonly object[];
}

interface Library {
  encode(packet: Outgoing): Uint8Array<ArrayBuffer>;
  decode(bytes: Buffer): Packet;
  readonly RECURSION_DESIRED: number;
}

export const { encode, RECURSION_DESIRED }: Library = library;
const { decode: decodeBuffer }: Library = library;

/** @returns null if the bytes are no packet: anybody can send anything to an open port. */
export function decode(bytes: Uint8Array<ArrayBuffer>): Packet | null {
  try {
    return decodeBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch {
    return null;
  }
}
