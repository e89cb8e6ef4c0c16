/** Fields that are about one connection, not about the message (RFC 9110, 7.6.1). */
import { trimBlanks } from "../codec/text.ts";
import type { Field } from "../message.ts";

/**
 * Fields that are never sent on, whether Connection names them or not. Those with credentials
 * for a proxy and with its challenge are about this hop too: it is the only proxy that they can
 * be meant for (RFC 9110, 11.7).
 */
export const HOP_BY_HOP: readonly string[] = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
  "proxy-authenticate",
  "proxy-authorization",
];

/** The lengths of names that are told apart; longer ones count as this. */
const MAX_LENGTH = 31;

/** A set of names. Most others are ruled out by their first letter and length, without hashing. */
export class NameSet {
  readonly #names: ReadonlySet<string>;
  readonly #shapes = new Uint8Array(32 * (MAX_LENGTH + 1));

  /** @param names In lower case. */
  constructor(names: readonly string[]) {
    this.#names = new Set(names);
    for (const name of names) this.#shapes[shapeOf(name)] = 1;
  }

  /** Whether a name may be in the set; in either case, and with "_" for "-". */
  mayHave(name: string): boolean {
    return this.#shapes[shapeOf(name)] === 1;
  }

  /** @param name In lower case. */
  has(name: string): boolean {
    return this.#shapes[shapeOf(name)] === 1 && this.#names.has(name);
  }
}

/** Joins the first letter of a name, in either case, and the length. */
function shapeOf(name: string): number {
  return (name.charCodeAt(0) & 31) * (MAX_LENGTH + 1) + Math.min(name.length, MAX_LENGTH);
}

/**
 * The names of fields that Connection declares to be about this connection.
 *
 * @param fields With names in either case.
 * @returns In lower case; null if there are none, as in most messages.
 */
export function connectionOptions(fields: readonly Field[]): ReadonlySet<string> | null {
  let options: Set<string> | null = null;
  for (let i = 0; i < fields.length; i++) {
    const [name, value] = fields[i] as Field;
    if (name.length !== 10 || name.toLowerCase() !== "connection") continue;
    if (value === "keep-alive" || value === "close") continue;
    for (const option of value.toLowerCase().split(",")) {
      (options ??= new Set()).add(trimBlanks(option));
    }
  }
  return options;
}
