/** Version 1 of the PROXY protocol: a line of text (proxy-protocol.txt, section 2.1). */
import { MAX_PORT } from "../../base/address.ts";
import { formatIp, parseIp } from "../../base/ip.ts";
import { printable } from "../../base/printable.ts";
import type { Ends } from "../socket.ts";
import { type ProxyHeader, ProxyHeaderError } from "./header.ts";

/** The most bytes of a line, with its CR LF. */
const LONGEST_LINE = 107;
const CR = 13;
const LF = 10;
/** The words of a line: PROXY, the protocol, two addresses, two ports. */
const WORDS = 6;
const PORT = /^(?:0|[1-9]\d{0,4})$/;

/**
 * Parses bytes that begin like a header of version 1.
 *
 * @returns null before the end of the line.
 * @throws {ProxyHeaderError} If they cannot become a valid one.
 */
export function parseTextHeader(bytes: Uint8Array): ProxyHeader | null {
  const end = endOfLine(bytes.subarray(0, LONGEST_LINE));
  if (end === null) return null;
  // Bytes above 0x7f stay what no address contains.
  const line = String.fromCharCode(...bytes.subarray(0, end));
  const words = line.split(" ");
  const header = { version: "v1", command: "proxy", tlvs: [], length: end + 2 } as const;
  // Whatever follows this word says nothing.
  if (words[1] === "UNKNOWN") return { ...header, ends: null };
  return { ...header, ends: parseWords(words, line) };
}

/** The length of the line without its CR LF; null if that has not arrived. */
function endOfLine(bytes: Uint8Array): number | null {
  const end = bytes.findIndex((byte) => byte === CR || byte === LF);
  const isComplete = bytes.length === LONGEST_LINE;
  if (end === -1 || end === bytes.length - 1 && bytes[end] === CR) {
    if (!isComplete) return null;
    throw new ProxyHeaderError(`found no end of the line in ${LONGEST_LINE} bytes`);
  }
  if (bytes[end] === CR && bytes[end + 1] === LF) return end;
  const found = bytes[end] === CR ? "CR" : "LF";
  throw new ProxyHeaderError(`found ${found} alone in the line, expected CR LF at its end`);
}

function parseWords(words: readonly string[], line: string): Ends {
  const malformed = (found: string, expected: string) =>
    new ProxyHeaderError(
      `found ${found} in the line "${printable(line, LONGEST_LINE)}", expected ${expected}`,
    );
  const [, protocol = "", source = "", destination = "", sourcePort = "", port = ""] = words;
  const isIpv6 = protocol === "TCP6";
  if (!isIpv6 && protocol !== "TCP4") {
    throw malformed(`"${printable(protocol, LONGEST_LINE)}"`, "TCP4, TCP6 or UNKNOWN");
  }
  if (words.length !== WORDS) {
    throw malformed(`${words.length} words`, `${WORDS}, with one space between`);
  }
  const addressOf = (ip: string, port: string): Deno.NetAddr => {
    const bytes = ip.includes(":") === isIpv6 ? parseIp(ip) : null;
    if (bytes === null) throw malformed(`"${printable(ip, LONGEST_LINE)}"`, addressFor(isIpv6));
    if (!PORT.test(port) || Number(port) > MAX_PORT) {
      throw malformed(`"${printable(port, LONGEST_LINE)}"`, `a port from 0 to ${MAX_PORT}`);
    }
    return { transport: "tcp", hostname: formatIp(bytes), port: Number(port) };
  };
  return { remoteAddr: addressOf(source, sourcePort), localAddr: addressOf(destination, port) };
}

function addressFor(isIpv6: boolean): string {
  return isIpv6 ? "an IPv6 address" : "an IPv4 address of four decimal numbers";
}
