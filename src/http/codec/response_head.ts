import { InvalidResponseError } from "../error.ts";
import type { Field } from "../message.ts";
import { isBodiless, reasonPhrase } from "../status.ts";
import { findBegin, HeadBegin, placeOf, rememberBegin } from "./head_begin.ts";
import {
  checkFields,
  fieldLines,
  invalidField,
  isField,
  OWN,
  shown,
  valueOf,
} from "./outgoing_field.ts";

/** What marks the end of a response body (RFC 9112, 6.3). */
export type BodyLength =
  /** A Content-Length, in bytes. */
  | number
  | "chunked"
  /** The end of the connection. */
  | "close"
  /** There is no body, and no field about it. */
  | "none";

const statusLines: string[] = [];
/** Lengths below this have their field formatted once. */
const MAX_LENGTH_END = 1024;
const lengthEnds: (string | undefined)[] = new Array(MAX_LENGTH_END).fill(undefined);
let dateSecond = 0;
let dateLine = "";

/**
 * Formats the head of a response, including the empty line, with one character per
 * byte (RFC 9112, 4 to 6).
 *
 * @param connection As {@linkcode headEnd}.
 * @throws {InvalidResponseError} If the status or a field is invalid, such as a value with a line break.
 */
export function responseHead(
  status: number,
  fields: readonly Field[],
  bodyLength: BodyLength,
  connection: string,
): string {
  return headBegin(status, fields).text + headEnd(bodyLength, connection);
}

/**
 * Formats the part of a head that does not depend on the body.
 *
 * @throws {InvalidResponseError} As {@linkcode responseHead}.
 */
export function headBegin(status: number, fields: readonly Field[]): HeadBegin {
  const second = currentSecond();
  if (!Array.isArray(fields)) checkFields(fields);
  const place = placeOf(status, fields);
  const begin = findBegin(place);
  if (begin?.isOf(status, fields, second)) return begin;
  return rememberBegin(place, formatBegin(status, fields, second));
}

/**
 * Formats the rest of a head, including the empty line.
 *
 * @param connection The lines of Connection and Keep-Alive; none if the connection persists by default.
 */
export function headEnd(bodyLength: BodyLength, connection: string): string {
  if (typeof bodyLength === "number") {
    return connection === ""
      ? lengthEnd(bodyLength)
      : `${lengthField(bodyLength)}${connection}\r\n`;
  }
  const field = bodyLength === "chunked" ? "Transfer-Encoding: chunked\r\n" : "";
  return `${field}${connection}\r\n`;
}

function formatBegin(status: number, fields: readonly Field[], second: number): HeadBegin {
  // After an interim response the client would wait for another. Untyped handlers may give
  // a text, which must not be looked up.
  if (typeof status !== "number" || status < 200) {
    throw new InvalidResponseError(invalidStatus(status));
  }
  let head = statusLines[status] ?? statusLine(status);
  let hasDate = false;
  const given: string[] = [];
  for (const field of fields) {
    // Untyped handlers may give no field at all.
    const name = field?.[0];
    const value = valueOf(field);
    if (!isField(name, value)) throw new InvalidResponseError(invalidField(name, value));
    given.push(name as string, value as string);
    const lower = lowerCase(name as string);
    if (OWN.has(lower)) continue;
    if (lower === "date") {
      // A single one (RFC 9110, 6.6.1).
      if (hasDate) continue;
      hasDate = true;
    }
    head += `${name}: ${value}\r\n`;
  }
  if (!hasDate) head += dateField(second);
  return new HeadBegin(status, given, second, head);
}

/** Most names are ruled out by their length, which saves a conversion. */
function lowerCase(name: string): string {
  return name.length === 4 || name.length > 6 ? name.toLowerCase() : name;
}

function lengthField(length: number): string {
  return `Content-Length: ${length}\r\n`;
}

/** The rest of the head of a response whose connection persists. */
function lengthEnd(length: number): string {
  return lengthEnds[length] ?? makeLengthEnd(length);
}

function makeLengthEnd(length: number): string {
  const end = `${lengthField(length)}\r\n`;
  if (length < MAX_LENGTH_END) lengthEnds[length] = end;
  return end;
}

/**
 * Formats the head of a 101, after which the connection speaks another protocol (RFC 9110, 7.8).
 *
 * @throws {InvalidResponseError} If a field is invalid.
 */
export function upgradeHead(fields: readonly Field[]): string {
  return `${statusLine(101)}Connection: Upgrade\r\n${fieldLines(fields)}\r\n`;
}

/**
 * Formats an interim response, after which another follows (RFC 9110, 15.2).
 *
 * @throws {InvalidResponseError} If the status is that of no interim response, or a field is invalid.
 */
export function interimHead(status: number, fields: readonly Field[]): string {
  if (status === 101 || !(status >= 100 && status < 200)) {
    throw new InvalidResponseError(
      `Cannot inform with status ${shown(status)}: expected an integer from 100 to 199, except 101`,
    );
  }
  return `${statusLine(status)}${fieldLines(fields)}\r\n`;
}

/**
 * Chooses how to mark the end of a response body (RFC 9112, 6.3).
 *
 * @param length In bytes; null if it is unknown.
 * @throws {InvalidResponseError} If the length is invalid.
 */
export function bodyLengthOf(
  status: number,
  length: number | null,
  request: { readonly method: string; readonly minor: number },
): BodyLength {
  // A 205 has an empty body, and says so (RFC 9110, 15.3.6).
  if (isBodiless(status)) return status === 205 ? 0 : "none";
  if (length !== null) {
    if (Number.isSafeInteger(length) && length >= 0) return length;
    throw new InvalidResponseError(
      `Cannot send the body: found the length ${shown(length)}, expected a number of bytes or null`,
    );
  }
  // A response to HEAD may omit a length that only generating the body would reveal.
  if (request.method === "HEAD") return "none";
  return request.minor === 1 ? "chunked" : "close";
}

/** Whole seconds since the epoch. */
export function currentSecond(): number {
  return Math.floor(Date.now() / 1000);
}

/** The Date field line, formatted once a second. */
function dateField(second: number): string {
  if (second !== dateSecond) {
    dateSecond = second;
    dateLine = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
  }
  return dateLine;
}

function statusLine(status: number): string {
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw new InvalidResponseError(invalidStatus(status));
  }
  return statusLines[status] = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`;
}

function invalidStatus(status: unknown): string {
  return `Cannot send a response with status ${shown(status)}: expected an integer from 200 to 999`;
}
