/** The parts of a request line (RFC 9112, 3). */
import { HttpError } from "../error.ts";
import { isHost } from "./grammar.ts";
import { malformed } from "./malformed.ts";
import { ascii, isomorphic } from "./text.ts";

const [SLASH, ASTERISK] = [47, 42];
const encoder = new TextEncoder();
/** The version without its last digit. */
const VERSION = encoder.encode("HTTP/1.");

/** Methods that are recognized without decoding them. */
const METHODS = ["GET", "PUT", "POST", "HEAD", "PATCH", "DELETE", "OPTIONS"].map((name) => ({
  name,
  bytes: encoder.encode(name),
}));

/** Decodes the method in `bytes[from..to]`, which is a token. */
export function methodOf(bytes: Uint8Array, from: number, to: number): string {
  const length = to - from;
  for (const method of METHODS) {
    if (method.bytes.length !== length) continue;
    let at = 0;
    while (at < length && bytes[from + at] === method.bytes[at]) at++;
    if (at === length) return method.name;
  }
  return ascii(bytes, from, to);
}

/** The last host that was decoded: most requests are for the same. */
let lastHost = "";

/** Decodes the host in `bytes[from..to]`, which is ASCII. */
export function hostOf(bytes: Uint8Array, from: number, to: number): string {
  let at = 0;
  const length = to - from;
  if (length === lastHost.length) {
    while (at < length && bytes[from + at] === lastHost.charCodeAt(at)) at++;
    if (at === length) return lastHost;
  }
  return lastHost = ascii(bytes, from, to);
}

/** How much of a malformed line is looked at, in bytes. */
const BEGIN = 300;

/**
 * The method and the target that bytes begin with, whatever follows; an ellipsis ends
 * a target that is cut. Null if they begin with anything else.
 */
export function beginOf(bytes: Uint8Array): { method: string; target: string } | null {
  const line = /^(?:\r\n)?([!#$%&'*+.^_`|~\dA-Za-z-]{1,32}) ([!-~]+)/;
  const [found, method, target] = line.exec(isomorphic(bytes, 0, Math.min(BEGIN, bytes.length))) ??
    [];
  if (found === undefined || method === undefined || target === undefined) return null;
  return { method, target: found.length === BEGIN ? `${target}…` : target };
}

/**
 * Parses the version in `bytes[from..to]`.
 *
 * @returns The y of HTTP/1.y, 0 or 1.
 * @throws {HttpError} 400 if it is not a version, 505 for any other version.
 */
export function minorVersion(bytes: Uint8Array, from: number, to: number): number {
  const minor = (bytes[to - 1] as number) - 48;
  if (to - from === VERSION.length + 1 && (minor === 0 || minor === 1)) {
    let at = 0;
    while (at < VERSION.length && bytes[from + at] === VERSION[at]) at++;
    if (at === VERSION.length) return minor;
  }
  const version = isomorphic(bytes, from, to);
  if (/^HTTP\/\d\.\d$/.test(version)) {
    throw new HttpError(505, `${version} is neither HTTP/1.1 nor HTTP/1.0`);
  }
  throw malformed("the request line does not end with an HTTP version");
}

/**
 * Checks the form of a request target, and that the method allows it (RFC 9112, 3.2).
 *
 * @returns The host and port of a target in absolute form; null for any other form.
 * @throws {HttpError} 400, or 501 for CONNECT.
 */
export function checkTarget(method: string, target: string): string | null {
  if (method === "CONNECT") throw new HttpError(501, "CONNECT is not implemented");
  const first = target.charCodeAt(0);
  if (first === SLASH) return null;
  if (first === ASTERISK && target.length === 1) {
    if (method !== "OPTIONS") throw malformed("the target * is valid for OPTIONS only");
    return null;
  }
  const absolute = /^https?:\/\/([^/?]+)/i.exec(target);
  if (absolute === null) throw malformed("the request target is neither a path nor a URL");
  const [, authority = ""] = absolute;
  const bytes = encoder.encode(authority);
  if (!isHost(bytes, 0, bytes.length)) throw malformed("the request target has no valid host");
  return authority;
}
