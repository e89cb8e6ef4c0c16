import { type Buffers, LARGE_BUFFER, MEDIUM_BUFFER, ownBuffer, SMALL_BUFFER } from "./buffers.ts";

const NOTHING = new Uint8Array(0);

/** The bytes of one connection that have arrived and are not consumed yet, in a lent buffer. */
export class ReadBuffer {
  readonly #buffers: Buffers;
  #bytes: Uint8Array<ArrayBuffer> = NOTHING;
  // #bytes[#from..#to] are pending.
  #from = 0;
  #to = 0;

  constructor(buffers: Buffers) {
    this.#buffers = buffers;
  }

  /** How many bytes are pending. */
  get length(): number {
    return this.#to - this.#from;
  }

  /** Whether all that was read is consumed, and the last read left nothing in the system. */
  get hasReadAll(): boolean {
    return this.#from === this.#to && (this.#to === 0 || this.#to < this.#bytes.length);
  }

  /** Whether the last read filled the buffer, so that more may wait in the system. */
  get isFull(): boolean {
    return this.#to > 0 && this.#to === this.#bytes.length;
  }

  /**
   * Makes room for the next read. The buffer grows with what arrives at once, and shrinks
   * as soon as that does not fill it, so that a client that waits holds little memory.
   */
  space(): Uint8Array<ArrayBuffer> {
    const filled = this.#to;
    if (this.#from < filled) {
      if (filled === this.#bytes.length) this.#makeSpace();
      return this.#bytes.subarray(this.#to);
    }
    this.#from = this.#to = 0;
    if (this.#bytes.length !== SMALL_BUFFER || filled === SMALL_BUFFER) this.#fit(filled);
    return this.#bytes;
  }

  /** Records that `count` bytes were read into a {@linkcode space}. */
  received(count: number): void {
    this.#to += count;
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

  /** Chooses a buffer for the next message of a client whose last one took `filled` bytes. */
  #fit(filled: number): void {
    const size = this.#bytes.length;
    if (filled < SMALL_BUFFER) this.#exchange(this.#buffers.lendSmall());
    else if (filled === size) this.#exchange(this.#lendLarger());
    else if (size !== MEDIUM_BUFFER) {
      this.#exchange(this.#buffers.lendMedium() ?? this.#buffers.lendSmall());
    }
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
    const larger = this.#lendLarger() ?? ownBuffer(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#exchange(larger);
  }

  /** Lends a larger buffer than this one; null if there is none. */
  #lendLarger(): Uint8Array<ArrayBuffer> | null {
    const size = this.#bytes.length;
    return (size < MEDIUM_BUFFER ? this.#buffers.lendMedium() : null) ??
      (size < LARGE_BUFFER ? this.#buffers.lendLarge() : null);
  }
}
