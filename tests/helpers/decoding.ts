import { HttpError } from "../../src/http/error.ts";
import { RequestDecoder, type RequestLimits } from "../../src/http/codec/request_decoder.ts";
import { RequestHead } from "../../src/http/codec/request_head.ts";
import { isomorphic } from "../../src/http/codec/text.ts";

/** One request, as the decoder reported it. */
export interface DecodedRequest {
  readonly method: string;
  readonly target: string;
  readonly minor: number;
  readonly host: string;
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** One character per byte. */
  body: string;
  isOver: boolean;
}

/** Everything the decoder reported about a stream. */
export interface Decoded {
  readonly requests: readonly DecodedRequest[];
  /** Where the stream ended: between requests, inside one, or at the error that stopped decoding. */
  readonly ending: "between" | "head" | "body" | HttpError;
}

/** Limits too wide to matter. */
export const WIDE: RequestLimits = {
  maxHeaderSize: 16 * 1024,
  maxHeaders: 100,
  maxBodySize: 1024 * 1024,
};

/**
 * Feeds a stream to a decoder in pieces, the way a connection does: unconsumed
 * bytes come back in a new buffer, consumed ones do not.
 *
 * @param cuts Offsets at which the pieces end, ascending.
 * @throws {Error} If the decoder loops without consuming anything, or throws
 * anything but an HttpError.
 */
export function decode(
  stream: Uint8Array,
  cuts: readonly number[] = [],
  limits: RequestLimits = WIDE,
): Decoded {
  const decoder = new RequestDecoder(limits);
  const requests: DecodedRequest[] = [];
  // Every event except "more" consumes a byte, and each piece ends in one "more".
  let steps = 2 * stream.length + cuts.length + 8;
  let consumed = 0;
  for (const arrived of [...cuts, stream.length]) {
    let pending = stream.slice(consumed, arrived);
    for (;;) {
      if (steps-- === 0) throw new Error("The decoder loops without consuming anything");
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
    // Read every other head only after its bytes have been overwritten, as keep() allows.
    if (requests.length % 2 === 0) requests.push(requestOf(decoded));
    else requests.push(requestAfter(decoded, pending));
  } else if (last !== undefined && decoded === "end") {
    last.isOver = true;
  } else if (last !== undefined && decoded instanceof Uint8Array) {
    if (decoded.length === 0) throw new Error("The decoder returned an empty piece of a body");
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
