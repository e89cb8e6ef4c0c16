import type { Field } from "../message.ts";

/**
 * The beginning of the head of a response: all that does not depend on its body. Consecutive
 * responses often have the same one, so the last of each kind are known.
 */
export class HeadBegin {
  /** One character per byte. */
  readonly text: string;
  readonly #status: number;
  readonly #second: number;
  /** Names and values in turn: a handler may change its fields later. */
  readonly #fields: readonly string[];
  #isUsed = false;
  #bytes: Uint8Array | null = null;
  /** The last rest of a response that came after it. */
  #end = "";
  #body = "";
  #whole: Uint8Array | null = null;

  constructor(status: number, fields: readonly string[], second: number, text: string) {
    this.#status = status;
    this.#fields = fields;
    this.#second = second;
    this.text = text;
  }

  /** The text as bytes; null until it is used again, since many are used once. */
  get bytes(): Uint8Array | null {
    if (this.#bytes !== null) return this.#bytes;
    if (this.#isUsed) return this.#bytes = bytesOf(this.text);
    this.#isUsed = true;
    return null;
  }

  /**
   * A whole response as bytes, which never change, if the last one was the same; null otherwise.
   *
   * @param end The rest of the head.
   * @param body A short text in ASCII.
   */
  wholeWith(end: string, body: string): Uint8Array | null {
    if (body === this.#body && end === this.#end) {
      return this.#whole ??= bytesOf(this.text + end + body);
    }
    this.#body = body;
    this.#end = end;
    this.#whole = null;
    return null;
  }

  /** Whether it is that of a response with this status and these fields, in this second. */
  isOf(status: number, fields: readonly Field[], second: number): boolean {
    const own = this.#fields;
    if (this.#second !== second || this.#status !== status) return false;
    if (fields.length * 2 !== own.length) return false;
    for (let i = 0; i < fields.length; i++) {
      // Untyped handlers may give no field at all.
      const field = fields[i];
      if (field?.[0] !== own[2 * i] || field?.[1] !== own[2 * i + 1]) return false;
    }
    return true;
  }
}

/** Encodes a text with one character per byte. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** How many beginnings are known; a power of 2. */
const KNOWN = 32;
const known: (HeadBegin | undefined)[] = new Array(KNOWN).fill(undefined);

/** The place of a beginning among the known ones. */
export function placeOf(status: number, fields: readonly Field[]): number {
  const value = fields[0]?.[1];
  const length = typeof value === "string" ? value.length : 0;
  return (status + 7 * fields.length + length) & (KNOWN - 1);
}

/** Finds a known beginning. */
export function findBegin(place: number): HeadBegin | undefined {
  return known[place];
}

/** Knows a beginning from now on, instead of another. */
export function rememberBegin(place: number, begin: HeadBegin): HeadBegin {
  return known[place] = begin;
}
