import { type Buffers, LARGE_BUFFER, SMALL_BUFFER } from "./buffers.ts";

const NOTHING = new Uint8Array(0);

/** The bytes of one connection that have arrived and are not consumed yet, in a lent buffer. */
export class ReadBuffer {
  readonly #buffers: Buffers;
  #bytes: Uint8Array<ArrayBuffer> = NOTHING;
  // #bytes[#from..#to] are pending.
  #from = 0;
  #to = 0;
  #lastReadWasFull = false;

  constructor(buffers: Buffers) {
    this.#buffers = buffers;
  }

  /** How many bytes are pending. */
  get length(): number {
    return this.#to - this.#from;
  }

  /** Whether all that was read is consumed, and the last read left nothing in the system. */
  get hasReadAll(): boolean {
    return this.#from === this.#to && !this.#lastReadWasFull;
  }

  /**
   * Makes room for the next read. The buffer grows for a stream and shrinks as
   * soon as a read does not fill it, so that a paused client holds little memory.
   */
  space(): Uint8Array<ArrayBuffer> {
    if (this.#from < this.#to) {
      if (this.#to === this.#bytes.length) this.#makeSpace();
      return this.#bytes.subarray(this.#to);
    }
    this.#from = this.#to = 0;
    if (this.#lastReadWasFull) {
      if (this.#bytes.length < LARGE_BUFFER) this.#exchange(this.#buffers.lendLarge());
    } else if (this.#bytes.length !== SMALL_BUFFER) {
      this.#exchange(this.#buffers.lendSmall());
    }
    return this.#bytes;
  }

  /** Records that `count` bytes were read into a {@linkcode space} of `space` bytes. */
  received(count: number, space: number): void {
    this.#to += count;
    this.#lastReadWasFull = count === space;
  }

  /** All pending bytes: a view that is valid until the next read. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#from, this.#to);
  }

  /** Consumes the first `length` bytes. */
  skip(length: number): void {
    this.#from += length;
  }

  /** Consumes and returns the first `length` pending bytes: a view that is valid until the next read. */
  take(length: number): Uint8Array<ArrayBuffer> {
    const from = this.#from;
    this.#from += length;
    return this.#bytes.subarray(from, this.#from);
  }

  /** Moves to another buffer and leaves this one to the holders of its views. */
  leave(): void {
    const rest = this.view();
    const isSmall = rest.length < SMALL_BUFFER;
    const other = isSmall ? this.#buffers.lendSmall() : ownBuffer(rest.length + SMALL_BUFFER);
    this.#buffers.writeOff(this.#bytes);
    other.set(rest);
    this.#bytes = other;
    this.#from = 0;
    this.#to = rest.length;
  }

  /** Returns the buffer, or leaves it to those who still use it. */
  release(isInUse: boolean): void {
    if (isInUse) this.#buffers.writeOff(this.#bytes);
    else this.#buffers.release(this.#bytes);
    this.#bytes = NOTHING;
    this.#from = this.#to = 0;
  }

  #exchange(other: Uint8Array<ArrayBuffer> | null): void {
    if (other === null) return;
    this.#buffers.release(this.#bytes);
    this.#bytes = other;
  }

  /** Moves data that has reached the end of the buffer to its front, or to a larger buffer. */
  #makeSpace(): void {
    if (this.#from > 0) {
      this.#bytes.copyWithin(0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
      return;
    }
    const size = this.#bytes.length;
    const larger = (size < LARGE_BUFFER ? this.#buffers.lendLarge() : null) ??
      new Uint8Array(size * 2);
    larger.set(this.#bytes);
    this.#exchange(larger);
  }
}

/** A buffer of at least this size, and of none of the sizes that are lent. */
function ownBuffer(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size === LARGE_BUFFER ? size + SMALL_BUFFER : size);
}
