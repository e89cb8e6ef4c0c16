import { bodyLengthOf, currentSecond, responseHead } from "./codec/response_head.ts";
import type { Field, HttpResponse } from "./message.ts";

const encoder = new TextEncoder();
const NO_FIELDS: readonly Field[] = [];

interface Encoded {
  readonly second: number;
  readonly bytes: Uint8Array;
}

/** Marks those that come from another copy of this class, in a bundled handler. */
const FIXED = Symbol.for("sluice.fixed");

/** A constant response. Only its date changes, so it is encoded once a second. */
export class FixedResponse implements HttpResponse {
  readonly status: number;
  readonly headers: readonly Field[];
  readonly body: string;
  /** Bytes of the body. */
  readonly length: number;
  readonly #encoded = new Map<string, Encoded>();

  constructor({ status = 200, headers = NO_FIELDS, body = "" }: FixedParts) {
    this.status = status;
    this.headers = Object.freeze(headers.map((field) => Object.freeze([...field] as const)));
    this.body = body;
    this.length = encoder.encode(body).length;
    Object.freeze(this);
  }

  get [FIXED](): true {
    return true;
  }

  /**
   * Encodes the head and the body, with the current date.
   *
   * @param connection The lines of Connection and Keep-Alive.
   */
  encode(isWithBody: boolean, connection: string): Uint8Array {
    const key = isWithBody ? connection : `HEAD ${connection}`;
    const second = currentSecond();
    const known = this.#encoded.get(key);
    if (known?.second === second) return known.bytes;
    // The length is known, so the request makes no difference.
    const bodyLength = bodyLengthOf(this.status, this.length, { method: "GET", minor: 1 });
    const head = responseHead(this.status, this.headers, bodyLength, connection);
    const body = encoder.encode(isWithBody ? this.body : "");
    const bytes = new Uint8Array(head.length + body.length);
    for (let i = 0; i < head.length; i++) bytes[i] = head.charCodeAt(i);
    bytes.set(body, head.length);
    this.#encoded.set(key, { second, bytes });
    return bytes;
  }
}

/** Whether a value is a constant response. */
export function isFixed(value: object): value is HttpResponse {
  return FIXED in value;
}

/** The parts of a fixed response. */
export interface FixedParts {
  readonly status?: number;
  readonly headers?: readonly Field[];
  readonly body?: string;
}

/** Makes a constant response, which costs less to return repeatedly than new ones. */
export function fixed(parts: FixedParts): HttpResponse {
  return new FixedResponse(parts);
}
