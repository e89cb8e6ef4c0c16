import type { Connection } from "../../core/connection.ts";

/** What an answer is assembled in, in bytes; larger ones are written in parts. */
const SIZE = 16 * 1024;
/** Buffers kept for the next borrower; the others go back to the system. */
const KEPT = 64;

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);

/** The output buffers of one lane. */
export class OutputBuffers {
  readonly #free: Uint8Array[] = [];

  lend(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(SIZE);
  }

  giveBack(buffer: Uint8Array): void {
    if (this.#free.length < KEPT) this.#free.push(buffer);
  }
}

/** What is to be sent on one connection: small things are gathered and written at once. */
export class Output {
  readonly #connection: Connection;
  readonly #buffers: OutputBuffers;
  #buffer: Uint8Array = NOTHING;
  #length = 0;
  /** All that there is to send, where it need not be gathered. */
  #whole: Uint8Array | null = null;

  constructor(connection: Connection, buffers: OutputBuffers) {
    this.#connection = connection;
    this.#buffers = buffers;
  }

  get isEmpty(): boolean {
    return this.#length === 0 && this.#whole === null;
  }

  /**
   * Adds a head, a character for each byte, and a text of ASCII.
   *
   * @returns Whether there was room; otherwise nothing was added.
   */
  addText(head: string, text: string): boolean {
    if (head.length + text.length > this.#room) return false;
    this.#add(head, text);
    return true;
  }

  /**
   * Adds a head, a character for each byte, and bytes.
   *
   * @returns Whether there was room; otherwise nothing was added.
   */
  addBytes(head: string, bytes: Uint8Array): boolean {
    if (head.length + bytes.length > this.#room) return false;
    this.#add(head, "");
    this.#append(bytes);
    return true;
  }

  /**
   * Adds bytes that nobody will change.
   *
   * @returns Whether there was room; otherwise nothing was added.
   */
  addWhole(bytes: Uint8Array): boolean {
    if (this.isEmpty) this.#whole = bytes;
    else if (bytes.length > this.#room) return false;
    else this.#append(bytes);
    return true;
  }

  /**
   * Writes what was added.
   *
   * @throws {ConnectionError} If the connection is over.
   */
  flush(): Promise<void> {
    if (this.#whole !== null) {
      const whole = this.#whole;
      this.#whole = null;
      return this.#connection.write(whole);
    }
    const buffer = this.#buffer;
    const bytes = buffer.subarray(0, this.#length);
    this.#buffer = NOTHING;
    this.#length = 0;
    // A write that failed may still look at the buffer: it is lost to the pool.
    return this.#connection.write(bytes).then(() => this.#buffers.giveBack(buffer));
  }

  get #room(): number {
    return SIZE - this.#length - (this.#whole?.length ?? 0);
  }

  #append(bytes: Uint8Array): void {
    this.#gather();
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What comes next is to be sent together with what is there. */
  #gather(): void {
    if (this.#buffer === NOTHING) this.#buffer = this.#buffers.lend();
    if (this.#whole === null) return;
    this.#buffer.set(this.#whole);
    this.#length = this.#whole.length;
    this.#whole = null;
  }

  #add(head: string, text: string): void {
    this.#gather();
    const start = this.#length;
    const space = start === 0 ? this.#buffer : this.#buffer.subarray(start);
    const length = head.length + text.length;
    const { read, written } = encoder.encodeInto(head + text, space);
    this.#length = start + length;
    if (read === length && written === length) return;
    // A field has bytes beyond ASCII, which UTF-8 would make two of each.
    for (let i = 0; i < head.length; i++) space[i] = head.charCodeAt(i);
    for (let i = 0; i < text.length; i++) space[head.length + i] = text.charCodeAt(i);
  }
}
