import {
  type DecodedResponse,
  ResponseDecoder,
  type ResponseLimits,
} from "../../src/http/codec/response_decoder.ts";
import { isomorphic } from "../../src/http/codec/text.ts";
import { MalformedResponseError } from "../../src/http/error.ts";
import type { Field } from "../../src/http/message.ts";
import { bytesOf } from "./http_cases.ts";

/** The result of a decoder for the response to one request. */
export interface DecodedAnswer {
  /** The interim ones and the final one. */
  readonly heads: readonly DecodedResponse[];
  /** With one character per byte. */
  readonly body: string;
  readonly trailers: readonly Field[];
  /** What follows the response. */
  readonly rest: string;
  /** Whether it is complete if the stream ends here. */
  readonly isComplete: boolean;
  readonly failure: { readonly reason: string; readonly kind: string } | null;
}

/** Limits that few responses exceed. */
export const RESPONSE_LIMITS: ResponseLimits = { maxHeaderSize: 256, maxHeaders: 10 };

/**
 * Feeds a stream to a decoder in pieces, as a connection does: bytes that were not consumed are
 * moved to another buffer, and consumed bytes are dropped.
 *
 * @param cuts Where the pieces end, in ascending order.
 * @throws {Error} If the decoder loops, or throws something other than a MalformedResponseError.
 */
export function decodeResponse(
  stream: string,
  cuts: readonly number[] = [],
  method = "GET",
  limits: ResponseLimits = RESPONSE_LIMITS,
): DecodedAnswer {
  const bytes = bytesOf(stream);
  const decoder = new ResponseDecoder(limits);
  decoder.begin(method);
  const heads: DecodedResponse[] = [];
  let [body, consumed, isOver] = ["", 0, false];
  let steps = 2 * stream.length + cuts.length + 8;
  const answer = (isComplete: boolean, failure: DecodedAnswer["failure"] = null) => {
    const rest = isOver ? stream.slice(consumed) : "";
    return { heads, body, trailers: decoder.trailers, rest, isComplete, failure };
  };
  for (const arrived of [...cuts, stream.length]) {
    let pending = bytes.slice(consumed, arrived);
    for (;;) {
      if (steps-- === 0) throw new Error("The decoder loops");
      let decoded;
      try {
        decoded = decoder.decode(pending);
      } catch (error) {
        if (!(error instanceof MalformedResponseError)) throw error;
        return answer(false, { reason: error.reason, kind: error.kind });
      }
      consumed += decoder.consumed;
      if (decoded instanceof Uint8Array) {
        if (decoded.length === 0) throw new Error("The decoder returned an empty part");
        body += isomorphic(decoded);
      } else if (typeof decoded === "object") heads.push(decoded);
      pending = pending.subarray(decoder.consumed);
      isOver = decoded === "end";
      if (decoded === "more" || isOver) break;
    }
  }
  return answer(decoder.endOfStream());
}
