import type { DecodedMessage } from "./request_sequence.ts";
import { EXCESS, type ReadState, type ResponseReader, WRONG } from "./response.ts";

/** Compares the first bytes of two arrays. */
export type AreEqual = (
  a: Uint8Array<ArrayBuffer>,
  b: Uint8Array<ArrayBuffer>,
  length: number,
) => boolean;

/** Expects the bytes of the message itself. */
export class EchoResponseReader implements ResponseReader {
  failure: string | null = null;
  #expected = new Uint8Array(0);
  #taken = 0;
  readonly #areEqual: AreEqual;

  constructor(areEqual: AreEqual) {
    this.#areEqual = areEqual;
  }

  begin({ bytes }: DecodedMessage): void {
    this.failure = null;
    this.#expected = bytes;
    this.#taken = 0;
  }

  take(bytes: Uint8Array<ArrayBuffer>): ReadState {
    const rest = this.#taken === 0 ? this.#expected : this.#expected.subarray(this.#taken);
    if (bytes.length > rest.length) {
      this.failure = EXCESS;
      return "last";
    }
    if (!this.#areEqual(bytes, rest, bytes.length)) this.failure = WRONG;
    this.#taken += bytes.length;
    return bytes.length === rest.length ? "done" : "more";
  }

  end(): boolean {
    return false;
  }
}
