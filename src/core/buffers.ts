/** Buffer size of a quiet connection, in bytes. */
export const SMALL_BUFFER = 2 * 1024;
/** Buffer size of a streaming connection, in bytes. */
export const LARGE_BUFFER = 64 * 1024;

/** Small buffers per slab: one allocation serves many. */
const SLAB_BUFFERS = 128;
/**
 * The most large buffers a lane lends at one time (16 MiB). When all are out,
 * connections use small ones, so memory stays bounded however many clients stream.
 */
const MAX_LARGE_BUFFERS = 256;
/** Returned large buffers kept for reuse; the others go to the garbage collector. */
const KEPT_LARGE_BUFFERS = 16;

/** The read buffers of one lane, lent to its connections. */
export class Buffers {
  readonly #small: Uint8Array<ArrayBuffer>[] = [];
  readonly #large: Uint8Array<ArrayBuffer>[] = [];
  #lentLarge = 0;

  /** Lends a buffer of {@linkcode SMALL_BUFFER} bytes; its content is arbitrary. */
  lendSmall(): Uint8Array<ArrayBuffer> {
    const free = this.#small.pop();
    if (free !== undefined) return free;
    const slab = new ArrayBuffer(SLAB_BUFFERS * SMALL_BUFFER);
    for (let i = 1; i < SLAB_BUFFERS; i++) {
      this.#small.push(new Uint8Array(slab, i * SMALL_BUFFER, SMALL_BUFFER));
    }
    return new Uint8Array(slab, 0, SMALL_BUFFER);
  }

  /** Lends a buffer of {@linkcode LARGE_BUFFER} bytes, or null when all are out. */
  lendLarge(): Uint8Array<ArrayBuffer> | null {
    if (this.#lentLarge === MAX_LARGE_BUFFERS) return null;
    this.#lentLarge++;
    return this.#large.pop() ?? new Uint8Array(LARGE_BUFFER);
  }

  /** Takes back a lent buffer. Buffers of other sizes were not lent and go to the garbage collector. */
  release(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.length === SMALL_BUFFER) {
      this.#small.push(buffer);
    } else if (buffer.length === LARGE_BUFFER) {
      this.#lentLarge--;
      if (this.#large.length < KEPT_LARGE_BUFFERS) this.#large.push(buffer);
    }
  }

  /** Abandons a lent buffer that a pending read or a caller's view still uses. */
  writeOff(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.length === LARGE_BUFFER) this.#lentLarge--;
  }
}
