/** Header fields that handlers give, and may be anything in an untyped one. */
import { kindOf } from "../../base/kind_of.ts";
import { InvalidResponseError } from "../error.ts";
import type { Field } from "../message.ts";

/** Fields that only the server writes; a handler's are dropped (RFC 9110, 7.6.1; RFC 9112, 6). */
export const OWN: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
]);
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Formats fields as lines, with one character per byte, without those that only the server writes.
 *
 * @throws {InvalidResponseError} If a field is invalid.
 */
export function fieldLines(fields: readonly Field[]): string {
  checkFields(fields);
  let lines = "";
  for (const field of fields) {
    const name = field?.[0];
    const value = valueOf(field);
    if (!isField(name, value)) throw new InvalidResponseError(invalidField(name, value));
    if (!OWN.has(name.toLowerCase())) lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

/**
 * Checks that fields, which may be anything in an untyped handler, are an array or
 * another iterable, such as an instance of Headers.
 *
 * @throws {InvalidResponseError} If they are not.
 */
export function checkFields(fields: Iterable<Field>): void {
  if (Array.isArray(fields)) return;
  if (typeof fields === "object" && fields !== null && Symbol.iterator in fields) return;
  throw new InvalidResponseError(
    `Cannot send the headers: found ${kindOf(fields)}, expected an array of [name, value]`,
  );
}

/** The value of a field as text. */
export function valueOf(field: Field): unknown {
  const value = field?.[1];
  return typeof value === "string" ? value : textOf(field?.[0], value);
}

/** Whether both are what they should be: a token, and a text without control characters. */
export function isField(name: unknown, value: unknown): boolean {
  return typeof name === "string" && typeof value === "string" && NAME.test(name) &&
    VALUE.test(value);
}

/** The text of a value that is not one, such as a number; converted once, since it may change. */
function textOf(name: string, value: unknown): string {
  if (value === null || value === undefined) {
    throw new InvalidResponseError(invalidField(name, value));
  }
  return String(value);
}

/** The message about a field that cannot be sent. */
export function invalidField(name: unknown, value: unknown): string {
  return `Cannot send the header field ${shown(name)}: found ${shown(value)}, ` +
    "expected a token as its name and no control characters in its value";
}

/** A value as messages show it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "number" ? String(value) : `a value of type ${typeof value}`;
}
