import type { AnswerReader, Standing } from "../../src/load/answer.ts";
import type { ExactMessage } from "../../src/load/request_sequence.ts";

/** How an answer was read. */
export interface Reading {
  readonly standing: Standing;
  readonly failure: string | null;
}

/** The bytes of a text in Latin-1. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A message with this text. */
export function messageFor(text: string, bodiless = false): ExactMessage {
  return { bytes: latin1(text), bodiless };
}

/**
 * Gives an answer to a reader in pieces, as a client does: all in the same place,
 * and nothing after its end.
 *
 * @param cuts Where the pieces end, in ascending order.
 */
export function readAnswer(
  reader: AnswerReader,
  message: ExactMessage,
  answer: string,
  cuts: readonly number[] = [],
): Reading {
  const bytes = latin1(answer);
  const buffer = new Uint8Array(bytes.length);
  reader.begin(message);
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    if (to === from) continue;
    buffer.fill(0);
    buffer.set(bytes.subarray(from, to));
    const standing = reader.take(buffer.subarray(0, to - from));
    if (standing !== "more") return { standing, failure: reader.failure };
    from = to;
  }
  return { standing: "more", failure: reader.failure };
}

/** All ways to cut so many bytes: not, at each place, at each two places, and at all. */
export function* waysToCut(length: number): Iterable<readonly number[]> {
  yield [];
  yield Array.from({ length }, (_, at) => at);
  for (let first = 1; first < length; first++) {
    yield [first];
    for (let second = first + 1; second < length; second++) yield [first, second];
  }
}
