import { type AnswerReader, type Standing, SURPLUS, WRONG } from "./answer.ts";
import type { ExactMessage } from "./request_sequence.ts";

/** Compares the first bytes of two arrays. */
export type AreEqual = (
  a: Uint8Array<ArrayBuffer>,
  b: Uint8Array<ArrayBuffer>,
  length: number,
) => boolean;

const NOTHING = new Uint8Array(0);

/** The bytes of the message itself. */
export class EchoAnswer implements AnswerReader {
  failure: string | null = null;
  #expected = NOTHING;
  #taken = 0;
  readonly #areEqual: AreEqual;

  constructor(areEqual: AreEqual) {
    this.#areEqual = areEqual;
  }

  begin({ bytes }: ExactMessage): void {
    this.failure = null;
    this.#expected = bytes;
    this.#taken = 0;
  }

  take(bytes: Uint8Array<ArrayBuffer>): Standing {
    const rest = this.#taken === 0 ? this.#expected : this.#expected.subarray(this.#taken);
    if (bytes.length > rest.length) {
      this.failure = SURPLUS;
      return "last";
    }
    if (!this.#areEqual(bytes, rest, bytes.length)) this.failure = WRONG;
    this.#taken += bytes.length;
    return bytes.length === rest.length ? "over" : "more";
  }

  end(): boolean {
    return false;
  }
}
