import type { ReadState, ResponseReader } from "../../src/load/response.ts";
import type { DecodedMessage } from "../../src/load/request_sequence.ts";

/** The final state of a reader. */
export interface Reading {
  readonly state: ReadState;
  readonly failure: string | null;
}

/** Encodes a text in Latin-1. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A message with this text. */
export function messageFor(text: string, bodiless = false): DecodedMessage {
  return { bytes: latin1(text), bodiless };
}

/**
 * Passes a response to a reader in pieces, as a client does: in one buffer, and nothing after its
 * end.
 *
 * @param cuts The offsets at which pieces end, in ascending order.
 */
export function readResponse(
  reader: ResponseReader,
  message: DecodedMessage,
  response: string,
  cuts: readonly number[] = [],
): Reading {
  const bytes = latin1(response);
  const buffer = new Uint8Array(bytes.length);
  reader.begin(message);
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    if (to === from) continue;
    buffer.fill(0);
    buffer.set(bytes.subarray(from, to));
    const state = reader.take(buffer.subarray(0, to - from));
    if (state !== "more") return { state, failure: reader.failure };
    from = to;
  }
  return { state: "more", failure: reader.failure };
}

/** Cuts of a text: none, at every offset, at each single offset, and at each pair of offsets. */
export function* waysToCut(length: number): Iterable<readonly number[]> {
  yield [];
  yield Array.from({ length }, (_, at) => at);
  for (let first = 1; first < length; first++) {
    yield [first];
    for (let second = first + 1; second < length; second++) yield [first, second];
  }
}
