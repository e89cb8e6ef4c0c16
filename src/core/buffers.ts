/** Buffer size of a connection that waits, in bytes: few of many send more at once. */
export const SMALL_BUFFER = 512;
/** Buffer size of a connection whose messages do not fit into a small one, in bytes. */
export const MEDIUM_BUFFER = 4 * 1024;
/** Buffer size of a streaming connection, in bytes. */
export const LARGE_BUFFER = 64 * 1024;

/** Bytes of a slab: one allocation serves many buffers. */
const SLAB = 256 * 1024;
/**
 * The most medium buffers a lane lends at one time (2 MiB), and large ones (16 MiB).
 * When all are out, connections use smaller ones, so memory stays bounded however many
 * clients send much, and then wait.
 */
const MAX_MEDIUM_BUFFERS = 512;
const MAX_LARGE_BUFFERS = 256;
/** Returned large buffers kept for reuse; the others go to the garbage collector. */
const KEPT_LARGE_BUFFERS = 16;

/** The read buffers of one lane, lent to its connections. */
export class Buffers {
  readonly #small: Uint8Array<ArrayBuffer>[] = [];
  readonly #medium: Uint8Array<ArrayBuffer>[] = [];
  readonly #large: Uint8Array<ArrayBuffer>[] = [];
  #lentMedium = 0;
  #lentLarge = 0;

  /** Lends a buffer of {@linkcode SMALL_BUFFER} bytes; its content is arbitrary. */
  lendSmall(): Uint8Array<ArrayBuffer> {
    return this.#small.pop() ?? cutSlab(SMALL_BUFFER, this.#small);
  }

  /** Lends a buffer of {@linkcode MEDIUM_BUFFER} bytes, or null when all are out. */
  lendMedium(): Uint8Array<ArrayBuffer> | null {
    if (this.#lentMedium === MAX_MEDIUM_BUFFERS) return null;
    this.#lentMedium++;
    return this.#medium.pop() ?? cutSlab(MEDIUM_BUFFER, this.#medium);
  }

  /** Lends a buffer of {@linkcode LARGE_BUFFER} bytes, or null when all are out. */
  lendLarge(): Uint8Array<ArrayBuffer> | null {
    if (this.#lentLarge === MAX_LARGE_BUFFERS) return null;
    this.#lentLarge++;
    return this.#large.pop() ?? new Uint8Array(LARGE_BUFFER);
  }

  /** Takes back a lent buffer. Buffers of other sizes were not lent and go to the garbage collector. */
  release(buffer: Uint8Array<ArrayBuffer>): void {
    this.writeOff(buffer);
    if (buffer.length === SMALL_BUFFER) {
      this.#small.push(buffer);
    } else if (buffer.length === MEDIUM_BUFFER) {
      this.#medium.push(buffer);
    } else if (buffer.length === LARGE_BUFFER && this.#large.length < KEPT_LARGE_BUFFERS) {
      this.#large.push(buffer);
    }
  }

  /** Abandons a lent buffer that a pending read or a caller's view still uses. */
  writeOff(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.length === MEDIUM_BUFFER) this.#lentMedium--;
    else if (buffer.length === LARGE_BUFFER) this.#lentLarge--;
  }
}

/** Returns a buffer of a new slab; the others that it has room for are free. */
function cutSlab(size: number, free: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const slab = new ArrayBuffer(SLAB);
  for (let at = size; at < SLAB; at += size) free.push(new Uint8Array(slab, at, size));
  return new Uint8Array(slab, 0, size);
}

/** A buffer of at least this size, and of none of the sizes that are lent. */
export function ownBuffer(size: number): Uint8Array<ArrayBuffer> {
  const isLent = size === SMALL_BUFFER || size === MEDIUM_BUFFER || size === LARGE_BUFFER;
  return new Uint8Array(isLent ? size + 1 : size);
}
