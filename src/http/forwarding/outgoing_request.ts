import type { Field } from "../message.ts";
import { believedRequestId } from "./believed.ts";
import { forwardingFields, type Hop } from "./forwarding_fields.ts";
import { connectionOptions, HOP_BY_HOP, NameSet } from "./hop_by_hop.ts";

/** A request to a backend. */
export interface OutgoingRequest {
  readonly method: string;
  /** A path with its query, or `*`. */
  readonly target: string;
  /** That the client has asked for; sent as Host, unless {@linkcode set} has another. */
  readonly host: string;
  /** The y of HTTP/1.y in the client's request. */
  readonly minor: number;
  /** Of the client's request, with names in lower case. */
  readonly fields: readonly Field[];
  /** Bytes of the body; null if it is chunked. */
  readonly length: number | null;
  /** Whether Content-Length is sent even if it is 0. */
  readonly hasLength: boolean;
  /** Whether the backend is asked for a 100 before the body. */
  readonly expectsContinue: boolean;
  /** The protocol that the backend is asked to change to; null if none. */
  readonly upgrade: string | null;
  /** Whether the backend is asked to close the connection. */
  readonly closes: boolean;
  /** The X-Request-Id, unless a trusted peer has sent one. */
  readonly requestId: string;
  /** Fields that replace the client's of the same name, with names in lower case. */
  readonly set: readonly Field[];
  /** Names of fields of the client that are not sent on, in lower case. */
  readonly removed: ReadonlySet<string>;
}

/** Fields that are not sent on as they came: some are encoded anew. */
const OWN_NAMES = [
  ...HOP_BY_HOP,
  "host",
  "expect",
  "content-length",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-request-id",
];
const OWN = new NameSet(OWN_NAMES);
/** By which only a trusted peer says something; so it does by names such as X-Forwarded-Prefix. */
const REAL_IP = "x-real-ip";
const FORWARDED = "x-forwarded-";
const LETTER_X = 120;

/**
 * Formats the head of a request to a backend, including the empty line, with one character per
 * byte. All of it is encoded anew from what was parsed.
 *
 * @param request Its fields are valid.
 */
export function requestHead(request: OutgoingRequest, hop: Hop): string {
  const { fields, host, set, removed } = request;
  const options = connectionOptions(fields);
  // A client of HTTP/1.0 may have named none, but a request of HTTP/1.1 needs one.
  const asked = (valueIn(set, "host") ?? host) || hop.localHost;
  let head = `${request.method} ${request.target} HTTP/1.1\r\nhost: ${asked}\r\n`;
  let takesTrailers = false;
  for (let i = 0; i < fields.length; i++) {
    const [name, value] = fields[i] as Field;
    if (isWithheld(name, hop.isTrusted)) {
      if (name === "te") takesTrailers ||= /(?:^|,)[\t ]*trailers[\t ]*(?:,|$)/i.test(value);
      continue;
    }
    if (options !== null && options.has(name) && !isOfProxy(name)) continue;
    if (removed.size > 0 && removed.has(name)) continue;
    if (set.length > 0 && valueIn(set, name) !== null) continue;
    head += `${name}: ${value}\r\n`;
  }
  for (let i = 0; i < set.length; i++) {
    const [name, value] = set[i] as Field;
    if (name !== "host") head += `${name}: ${value}\r\n`;
  }
  head += forwardingFields(fields, host, hop);
  if (set.length === 0 || valueIn(set, "x-request-id") === null) {
    const believed = hop.isTrusted ? believedRequestId(fields) : null;
    head += `x-request-id: ${believed ?? request.requestId}\r\n`;
  }
  head += request.minor === 1 ? "via: 1.1 sluice\r\n" : "via: 1.0 sluice\r\n";
  return head + connectionLines(request, takesTrailers) + framingLines(request) + "\r\n";
}

/** Whether a field of the client is not sent on as it came. */
function isWithheld(name: string, isTrusted: boolean): boolean {
  const isOfX = name.charCodeAt(0) === LETTER_X;
  if (!isOfX && !OWN.mayHave(name)) return false;
  if (OWN.has(name)) return true;
  if (!name.includes("_")) return isOfX && !isTrusted && isOfProxy(name);
  // Backends that read fields as variables take "_" for "-", and no proxy writes it.
  const usual = name.replaceAll("_", "-");
  return OWN.has(usual) || isOfProxy(usual);
}

/** Whether a field is one by which only proxies say something: Connection does not remove it. */
function isOfProxy(name: string): boolean {
  return name === REAL_IP || name.startsWith(FORWARDED);
}

/** What the connection to the backend needs; most requests need nothing. */
function connectionLines(request: OutgoingRequest, takesTrailers: boolean): string {
  const { upgrade, closes } = request;
  if (upgrade === null && !closes && !takesTrailers) return "";
  const options: string[] = [];
  if (closes) options.push("close");
  if (takesTrailers) options.push("te");
  if (upgrade !== null) options.push("upgrade");
  return `connection: ${options.join(", ")}\r\n` +
    (takesTrailers ? "te: trailers\r\n" : "") +
    (upgrade === null ? "" : `upgrade: ${upgrade}\r\n`);
}

function framingLines({ length, hasLength, expectsContinue }: OutgoingRequest): string {
  const expect = expectsContinue ? "expect: 100-continue\r\n" : "";
  if (length === null) return `transfer-encoding: chunked\r\n${expect}`;
  return length > 0 || hasLength ? `content-length: ${length}\r\n${expect}` : expect;
}

/** The value of a field among a few; null if it is not among them. */
function valueIn(fields: readonly Field[], name: string): string | null {
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] as Field;
    if (field[0] === name) return field[1];
  }
  return null;
}
