/** The opcode of a frame that closes (RFC 6455, 5.5.1). */
const CLOSE = 8;

/**
 * Knows where the frames of one direction of a WebSocket end (RFC 6455, 5.2). It looks at the
 * headers and skips the payloads, and judges nothing: the receiver does.
 */
export class FrameBoundary {
  #opcode = 0;
  /** Bytes of the header that have passed; 0 in the payload, too. */
  #headerBytes = 0;
  /** Bytes of the whole header, known after two of them. */
  #headerSize = 2;
  /** Where the length ends in the header, known as soon. */
  #lengthEnd = 2;
  /** Bytes of the payload to come, as far as the header has told. */
  #left = 0;
  #hasClosed = false;

  /** Whether the frame in which the bytes so far end is complete. */
  get isBetweenFrames(): boolean {
    return this.#headerBytes === 0 && this.#left === 0;
  }

  /** Whether a whole frame that closes has passed. */
  get hasClosed(): boolean {
    return this.#hasClosed;
  }

  /** Bytes pass. */
  pass(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at = this.passFrame(bytes, at);
  }

  /**
   * Bytes pass up to the end of a frame.
   *
   * @param at Where they begin; there must be some.
   * @returns Where the frame ends; the number of the bytes if that is still to come.
   */
  passFrame(bytes: Uint8Array, at: number): number {
    if (this.#headerBytes > 0 || this.#left === 0) {
      at = this.#passHeader(bytes, at);
      if (this.#headerBytes > 0) return at;
    }
    const count = Math.min(this.#left, bytes.length - at);
    this.#left -= count;
    if (this.#left === 0 && this.#opcode === CLOSE) this.#hasClosed = true;
    return at + count;
  }

  /** @returns Where the header ends. */
  #passHeader(bytes: Uint8Array, at: number): number {
    while (at < bytes.length) {
      const byte = bytes[at++] ?? 0;
      const place = this.#headerBytes++;
      if (place === 0) {
        this.#opcode = byte & 0x0f;
        this.#headerSize = 2;
      } else if (place === 1) {
        const length = byte & 0x7f;
        this.#lengthEnd = length === 127 ? 10 : length === 126 ? 4 : 2;
        this.#headerSize = this.#lengthEnd + (byte >= 0x80 ? 4 : 0);
        this.#left = length < 126 ? length : 0;
      } else if (place < this.#lengthEnd) this.#left = this.#left * 256 + byte;
      if (place > 0 && this.#headerBytes === this.#headerSize) {
        this.#headerBytes = 0;
        break;
      }
    }
    return at;
  }
}
