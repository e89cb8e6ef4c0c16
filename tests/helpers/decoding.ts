import { HttpError } from "../../src/http/error.ts";
import { RequestDecoder, type RequestLimits } from "../../src/http/codec/request_decoder.ts";
import { RequestHead } from "../../src/http/codec/request_head.ts";
import { isomorphic } from "../../src/http/codec/text.ts";

/** A decoded request, which may be incomplete. */
export interface DecodedRequest {
  readonly method: string;
  readonly target: string;
  readonly minor: number;
  readonly host: string;
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** With one character per byte. */
  body: string;
  isOver: boolean;
}

/** The result of a decoder for one stream. */
export interface Decoded {
  readonly requests: readonly DecodedRequest[];
  /** Whether the stream ends between two requests, within one, or with an error. */
  readonly ending: "between" | "head" | "body" | HttpError;
}

/** Limits that most tests do not reach. */
export const WIDE: RequestLimits = {
  maxHeaderSize: 16 * 1024,
  maxHeaders: 100,
  maxBodySize: 1024 * 1024,
};

/**
 * Feeds a stream to a decoder in pieces, as a connection does: bytes that were not
 * consumed are moved to another buffer, and consumed bytes are dropped.
 *
 * @param cuts Where the pieces end, in ascending order.
 * @throws {Error} If the decoder loops without consuming anything, or throws
 * something other than an HttpError.
 */
export function decode(
  stream: Uint8Array,
  cuts: readonly number[] = [],
  limits: RequestLimits = WIDE,
): Decoded {
  const decoder = new RequestDecoder(limits);
  const requests: DecodedRequest[] = [];
  // Each event but "more" consumes a byte, and each piece causes one "more".
  let steps = 2 * stream.length + cuts.length + 8;
  let consumed = 0;
  for (const arrived of [...cuts, stream.length]) {
    let pending = stream.slice(consumed, arrived);
    for (;;) {
      if (steps-- === 0) throw new Error("The decoder loops");
      let decoded;
      try {
        decoded = decoder.decode(pending);
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        return { requests, ending: error };
      }
      take(decoded, requests, pending);
      consumed += decoder.consumed;
      pending = pending.subarray(decoder.consumed);
      if (decoded === "more") break;
    }
  }
  const isInBody = requests.at(-1)?.isOver === false;
  return { requests, ending: isInBody ? "body" : decoder.isInHead ? "head" : "between" };
}

function take(
  decoded: ReturnType<RequestDecoder["decode"]>,
  requests: DecodedRequest[],
  pending: Uint8Array,
): void {
  const last = requests.at(-1);
  if (decoded instanceof RequestHead) {
    // Every second head is read after its bytes are overwritten.
    if (requests.length % 2 === 0) requests.push(requestOf(decoded));
    else requests.push(requestAfter(decoded, pending));
  } else if (last !== undefined && decoded === "end") {
    last.isOver = true;
  } else if (last !== undefined && decoded instanceof Uint8Array) {
    if (decoded.length === 0) throw new Error("The decoder returned an empty part");
    last.body += isomorphic(decoded);
  }
}

function requestAfter(head: RequestHead, pending: Uint8Array): DecodedRequest {
  const bytes = pending.slice();
  head.keep();
  pending.fill(0);
  const request = requestOf(head);
  pending.set(bytes);
  return request;
}

function requestOf(head: RequestHead): DecodedRequest {
  const { method, target, minor, host, keepAlive, expectsContinue, fields } = head;
  const isOver = head.contentLength === 0;
  return { method, target, minor, host, keepAlive, expectsContinue, fields, body: "", isOver };
}
