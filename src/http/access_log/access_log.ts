import type { Forwarding } from "../../core/event.ts";
import type { Exchange } from "../exchange.ts";

/** The format of the access log: as in Apache and nginx, or JSON with OpenTelemetry's names. */
export type AccessFormat = "combined" | "json";

// Text that needs no escaping: ASCII without control characters, quotes and backslashes.
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const SPECIAL = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;
const NOT_ASCII = /[\x7f-\uffff]/g;

/**
 * Formats exchanges as lines, with their newlines.
 *
 * `combined` is the format of Apache and nginx, in UTC, with nginx's escapes, and the id
 * of the request at the end:
 * `::1 - - [21/Nov/2026:19:05:27 +0000] "GET / HTTP/1.1" 200 13 "-" "curl/8" 0-17-2`.
 * `json` is an object, without keys for missing values, and the only one with what is known of
 * the backend that a request was sent on to.
 */
export function accessLine(format: AccessFormat): (exchange: Exchange) => string {
  return format === "combined" ? combined : json;
}

function combined(exchange: Exchange): string {
  const { request, remoteAddr, status, bodyBytes } = exchange;
  const address = remoteAddr.transport === "tcp" ? remoteAddr.hostname : "-";
  setTime(exchange.time);
  let [line, referer, agent] = ["-", "-", "-"];
  if (request !== null) {
    line = escaped(`${request.method} ${request.target} HTTP/${request.version}`);
    referer = escaped(request.header("referer") ?? "-");
    agent = escaped(request.header("user-agent") ?? "-");
  }
  return `${address} - - [${clockTime}] "${line}" ${
    status || "-"
  } ${bodyBytes} "${referer}" "${agent}" ${exchange.id}\n`;
}

function json(exchange: Exchange): string {
  const { request, remoteAddr, status, forwarding, span } = exchange;
  setTime(exchange.time);
  let line = `{"timestamp":"${isoTime}.${milliseconds(exchange.time)}Z"`;
  if (remoteAddr.transport === "tcp") line += `,"client.address":"${remoteAddr.hostname}"`;
  if (request !== null) {
    const { query } = request;
    const agent = request.header("user-agent");
    const referer = request.header("referer");
    line += `,"http.request.method":"${request.method}","url.path":${quoted(request.path)}`;
    if (query !== "") line += `,"url.query":${quoted(query)}`;
    line += `,"network.protocol.version":"${request.version}"`;
    if (agent !== null) line += `,"user_agent.original":${quoted(agent)}`;
    if (referer !== null) line += `,"http.request.header.referer":${quoted(referer)}`;
  }
  if (status !== 0) line += `,"http.response.status_code":${status}`;
  if (forwarding !== null) line += forwarded(forwarding);
  if (span !== null) line += `,"trace_id":"${span.traceId}","span_id":"${span.spanId}"`;
  return `${line},"http.response.body.bytes":${exchange.bodyBytes},"event.duration":${
    Math.round(exchange.duration * 1e6)
  },"sluice.request.id":"${exchange.id}"}\n`;
}

/** How the request was sent on: members with the names that the records of connections have. */
function forwarded(forwarding: Forwarding): string {
  const { group, address, attempts, failure } = forwarding;
  let members = `,"sluice.upstream.group":${quoted(group)}`;
  if (address !== null) members += `,"sluice.upstream.address":${quoted(address)}`;
  members += `,"sluice.upstream.attempts":${attempts}`;
  members += seconds("connect_duration", forwarding.connectTime);
  members += seconds("first_byte_duration", forwarding.firstByteTime);
  members += seconds("duration", forwarding.totalTime);
  return failure === null ? members : `${members},"sluice.upstream.failure":${quoted(failure)}`;
}

/** A member with milliseconds as seconds, to a thousandth of a millisecond; none if it is null. */
function seconds(name: string, milliseconds: number | null): string {
  if (milliseconds === null) return "";
  return `,"sluice.upstream.${name}":${Math.round(milliseconds * 1000) / 1e6}`;
}

/** Escapes characters that could end the field or the line, or are not ASCII, like nginx: `\x22`. */
function escaped(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(SPECIAL, (char) => `\\x${hex(char, 2).toUpperCase()}`);
}

/** A JSON string in ASCII, so that no reader mistakes a character for a line break. */
function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(NOT_ASCII, (char) => `\\u${hex(char, 4)}`);
}

function hex(char: string, digits: number): string {
  return char.charCodeAt(0).toString(16).padStart(digits, "0");
}

function milliseconds(time: number): string {
  return String(Math.floor(time) % 1000).padStart(3, "0");
}

let second = NaN;
/** `2026-11-21T19:05:27` */
let isoTime = "";
/** `21/Nov/2026:19:05:27 +0000` */
let clockTime = "";

/** Updates the two times above, which the lines of a second share. */
function setTime(time: number): void {
  const now = Math.floor(time / 1000);
  if (now === second) return;
  second = now;
  const date = new Date(now * 1000);
  isoTime = date.toISOString().slice(0, 19);
  const [, day, month, year, clock] = date.toUTCString().split(" ");
  clockTime = `${day}/${month}/${year}:${clock} +0000`;
}
