/** Questions to name servers and their replies, as packets (RFC 1035). */
import { decode, encode, type PacketRecord, RECURSION_DESIRED } from "./dns_packet.ts";

/** The types of records that a server is asked for. */
export type RecordType = "A" | "AAAA" | "SRV";

/** What a server is asked. */
export interface Question {
  /** Lower case, without a dot at its end. */
  readonly name: string;
  readonly type: RecordType;
}

/** Where a service runs (RFC 2782). */
export interface ServiceRecord {
  /** Clients use the lowest that is available. */
  readonly priority: number;
  /** The share beside others of the same priority; 0 for a very small one. */
  readonly weight: number;
  readonly port: number;
  /** Lower case, without a dot at its end: empty if the service is not available at all. */
  readonly target: string;
}

interface CommonFields {
  /** Lower case, without a dot at its end. */
  readonly name: string;
  /** How long the record holds, in seconds. */
  readonly ttl: number;
}

/** An IP address of a name. */
export interface AddressRecord extends CommonFields {
  readonly type: "A" | "AAAA";
  readonly data: string;
}

/** The name that another is an alias of. */
export interface AliasRecord extends CommonFields {
  readonly type: "CNAME";
  readonly data: string;
}

/** A place at which a service runs. */
export interface SrvRecord extends CommonFields {
  readonly type: "SRV";
  readonly data: ServiceRecord;
}

/** A record of one of the types that are used here. */
export type DnsRecord = AddressRecord | AliasRecord | SrvRecord;

/** A reply, without the records of other types. */
export interface Reply {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, ... */
  readonly code: string;
  /** Whether it did not fit into the packet: the question must be asked by TCP. */
  readonly isTruncated: boolean;
  readonly answers: readonly DnsRecord[];
  /** What the server adds unasked, such as the addresses of an SRV record's targets. */
  readonly additionals: readonly DnsRecord[];
}

/** The longest reply by UDP, in bytes, that passes without fragments nearly everywhere (RFC 9715). */
const UDP_SIZE = 1232;
/** Longer times count as none at all (RFC 2181, section 8). */
const LONGEST_TTL = 0x7fff_ffff;
const LONGEST_NAME = 253;
const LABEL = /^[^.]{1,63}$/;

/** Whether a packet can hold a name: its parts have 1 to 63 characters, all of it at most 253. */
export function isEncodable(name: string): boolean {
  return name.length <= LONGEST_NAME && name.split(".").every((label) => LABEL.test(label));
}

/** A name as questions and records here have it. */
export function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/**
 * Encodes a question for {@linkcode decodeReply}.
 *
 * @param id 0 to 65,535; chosen at random, or replies could be forged (RFC 5452).
 */
export function encodeQuestion(id: number, { name, type }: Question): Uint8Array<ArrayBuffer> {
  return encode({
    type: "query",
    id,
    flags: RECURSION_DESIRED,
    questions: [{ name, type }],
    additionals: [{
      type: "OPT",
      name: ".",
      udpPayloadSize: UDP_SIZE,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    }],
  });
}

/** @returns null if the bytes are no reply to this question. */
export function decodeReply(
  bytes: Uint8Array<ArrayBuffer>,
  id: number,
  question: Question,
): Reply | null {
  const packet = decode(bytes);
  if (packet === null || packet.type !== "response" || packet.id !== id) return null;
  const [asked, ...others] = packet.questions;
  if (asked === undefined || others.length > 0) return null;
  if (canonical(asked.name) !== question.name || asked.type !== question.type) return null;
  return {
    code: packet.rcode,
    isTruncated: packet.flag_tc,
    answers: packet.answers.flatMap(recordOf),
    additionals: packet.additionals.flatMap(recordOf),
  };
}

function recordOf({ type, name, ttl = 0, data }: PacketRecord): DnsRecord[] {
  const common = { name: canonical(name), ttl: ttl > LONGEST_TTL ? 0 : ttl };
  switch (type) {
    case "A":
    case "AAAA":
      return [{ ...common, type, data: data as string }];
    case "CNAME":
      return [{ ...common, type, data: canonical(data as string) }];
    case "SRV": {
      const service = data as ServiceRecord;
      return [{ ...common, type, data: { ...service, target: canonical(service.target) } }];
    }
    default:
      return [];
  }
}
