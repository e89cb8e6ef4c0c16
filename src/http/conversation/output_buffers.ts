/** The size of an output buffer, in bytes; larger responses are written in parts. */
export const SIZE = 16 * 1024;
/** Maximum number of buffers kept for reuse. */
const KEPT = 64;

/** The pool of output buffers of one lane. */
export class OutputBuffers {
  readonly #free: Uint8Array[] = [];

  lend(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(SIZE);
  }

  release(buffer: Uint8Array): void {
    if (this.#free.length < KEPT) this.#free.push(buffer);
  }
}
