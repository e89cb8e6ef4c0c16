import type { DecodedResponse } from "./decoded_response.ts";

/** Larger heads are not kept, in bytes. */
const MAX_SIZE = 512;

/** The last head on a connection: the next one is often the same, and comparing is faster than decoding. */
export class LastHead {
  /** In bytes; 0 if none is kept. */
  size = 0;
  #bytes: Uint8Array | null = null;
  #response: DecodedResponse | null = null;
  #isForHead = false;

  /** The response if bytes begin with the same head, and the method is of the same kind; else null. */
  find(bytes: Uint8Array, isForHead: boolean): DecodedResponse | null {
    const { size } = this;
    const own = this.#bytes;
    if (own === null || size === 0 || bytes.length < size) return null;
    if (isForHead !== this.#isForHead) return null;
    for (let at = 0; at < size; at++) if (bytes[at] !== own[at]) return null;
    return this.#response;
  }

  /** Keeps the head `bytes[0..size]`. */
  keep(response: DecodedResponse, bytes: Uint8Array, size: number, isForHead: boolean): void {
    this.size = 0;
    if (size > MAX_SIZE) return;
    this.#bytes ??= new Uint8Array(MAX_SIZE);
    this.#bytes.set(bytes.subarray(0, size));
    this.size = size;
    this.#response = response;
    this.#isForHead = isForHead;
  }
}
