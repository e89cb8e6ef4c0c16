import type { Connection } from "../../core/connection.ts";
import type { HeadBegin } from "../codec/head_begin.ts";
import { InvalidResponseError } from "../error.ts";
import { type OutputBuffers, SIZE } from "./output_buffers.ts";

/** Maximum characters that are encoded one by one. */
const SHORT = 256;

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);

/** The output of one connection: gathers small parts, to write them at once. */
export class Output {
  readonly #connection: Connection;
  readonly #buffers: OutputBuffers;
  #buffer: Uint8Array = NOTHING;
  #length = 0;
  /** The buffer that is being sent. */
  #sent: Uint8Array = NOTHING;
  /** Settles when a write has that {@linkcode flushAhead} has begun; null if there is none. */
  #ahead: Promise<void> | null = null;
  /** The only bytes to send, until others are gathered with them. */
  #whole: Uint8Array | null = null;

  constructor(connection: Connection, buffers: OutputBuffers) {
    this.#connection = connection;
    this.#buffers = buffers;
  }

  get isEmpty(): boolean {
    return this.#length === 0 && this.#whole === null;
  }

  /**
   * Adds a head, with one character per byte, and an ASCII text.
   *
   * @returns false if there was no room, and nothing was added.
   */
  addText(head: string, text: string): boolean {
    if (head.length + text.length > this.#room) return false;
    this.#add(head, text);
    return true;
  }

  /**
   * Adds a head in two parts, with one character per byte, and an ASCII text.
   *
   * @returns false if there was no room, and nothing was added.
   */
  addHead(begin: HeadBegin, end: string, text: string): boolean {
    const length = end.length + text.length;
    if (length > SHORT) return this.addText(begin.text + end, text);
    const whole = this.isEmpty ? begin.wholeWith(end, text) : null;
    if (whole !== null) return this.addWhole(whole);
    const { bytes } = begin;
    if (bytes === null) return this.addText(begin.text + end, text);
    if (bytes.length + length > this.#room) return false;
    this.#append(bytes);
    this.#addShort(end);
    this.#addShort(text);
    return true;
  }

  /**
   * Adds a head, with one character per byte, and bytes.
   *
   * @returns false if there was no room, and nothing was added.
   * @throws {InvalidResponseError} If the bytes were transferred away; nothing was added.
   */
  addBytes(head: string, bytes: Uint8Array): boolean {
    if (bytes.length === 0 && (bytes.buffer as ArrayBuffer).detached) {
      throw new InvalidResponseError("Cannot send the body: its bytes were transferred away");
    }
    if (head.length + bytes.length > this.#room) return false;
    this.#add(head, "");
    this.#append(bytes);
    return true;
  }

  /**
   * Adds a head in two parts, as {@linkcode addHead}, and bytes.
   *
   * @returns false if there was no room, and nothing was added.
   */
  addHeadAndBytes(begin: HeadBegin, end: string, bytes: Uint8Array): boolean {
    if (begin.text.length + end.length + bytes.length > this.#room) return false;
    this.addHead(begin, end, "");
    this.#append(bytes);
    return true;
  }

  /**
   * Adds as many bytes as there is room for.
   *
   * @returns How many.
   */
  addSome(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.#room);
    if (count > 0) this.#append(count === bytes.length ? bytes : bytes.subarray(0, count));
    return count;
  }

  /**
   * Adds bytes that will not change.
   *
   * @returns false if there was no room, and nothing was added.
   */
  addWhole(bytes: Uint8Array): boolean {
    if (this.isEmpty) this.#whole = bytes;
    else if (bytes.length > this.#room) return false;
    else this.#append(bytes);
    return true;
  }

  /**
   * Writes everything that was added.
   *
   * @throws {ConnectionError} If the connection is over.
   */
  flush(): Promise<void> {
    const buffer = this.#buffer;
    const writing = this.#write();
    // After a failed write the runtime may still read the buffer, so it is not reused.
    return buffer === NOTHING ? writing : writing.then(() => this.#buffers.release(buffer));
  }

  /**
   * Does what {@linkcode flush} does; other writes may follow before it has resolved, and wait.
   *
   * @throws {ConnectionError} If the connection is over.
   */
  async flushAhead(): Promise<void> {
    const writing = this.flush();
    // Whoever writes next finds out by itself that the connection is over.
    const ahead = this.#ahead = writing.catch(() => {});
    try {
      await writing;
    } finally {
      if (this.#ahead === ahead) this.#ahead = null;
    }
  }

  /**
   * Does what {@linkcode flush} does with one promise less. When it has resolved, and before it
   * is called again, {@linkcode release} is to be called.
   *
   * @throws {ConnectionError} If the connection is over.
   */
  send(): Promise<void> {
    this.#sent = this.#buffer;
    return this.#write();
  }

  /** Forgets what was added: the connection will end without it. */
  drop(): void {
    if (this.#buffer !== NOTHING) this.#buffers.release(this.#buffer);
    this.#whole = null;
    this.#buffer = NOTHING;
    this.#length = 0;
  }

  /** Returns the buffer that was sent. */
  release(): void {
    if (this.#sent === NOTHING) return;
    this.#buffers.release(this.#sent);
    this.#sent = NOTHING;
  }

  /**
   * Writes a head of any length, with one character per byte, after everything that was added.
   *
   * @throws {ConnectionError} If the connection is over.
   */
  async writeHead(head: string): Promise<void> {
    if (!this.addText(head, "")) await this.gatherHead(head);
    if (!this.isEmpty) await this.flush();
  }

  /**
   * Adds a head of any length, with one character per byte, to leave with what is added next;
   * writes only what there is no room for.
   *
   * @throws {ConnectionError} If the connection is over.
   */
  async gatherHead(head: string): Promise<void> {
    if (this.addText(head, "")) return;
    if (!this.isEmpty) await this.flush();
    if (this.addText(head, "")) return;
    await this.#ahead;
    // A handler's fields may exceed the buffer.
    await this.#connection.write(Uint8Array.from(head, (character) => character.charCodeAt(0)));
  }

  #write(): Promise<void> {
    const bytes = this.#whole ?? this.#buffer.subarray(0, this.#length);
    this.#whole = null;
    this.#buffer = NOTHING;
    this.#length = 0;
    return this.#ahead === null
      ? this.#connection.write(bytes)
      : this.#ahead.then(() => this.#connection.write(bytes));
  }

  get #room(): number {
    return SIZE - this.#length - (this.#whole?.length ?? 0);
  }

  #append(bytes: Uint8Array): void {
    this.#gather();
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Makes sure that there is a buffer, and that it begins with what was added so far. */
  #gather(): void {
    if (this.#buffer === NOTHING) this.#buffer = this.#buffers.lend();
    if (this.#whole === null) return;
    this.#buffer.set(this.#whole);
    this.#length = this.#whole.length;
    this.#whole = null;
  }

  /** Adds a text, with one character per byte, after others: a loop is faster for a short one. */
  #addShort(text: string): void {
    const buffer = this.#buffer;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
    this.#length = at;
  }

  #add(head: string, text: string): void {
    this.#gather();
    const start = this.#length;
    const space = start === 0 ? this.#buffer : this.#buffer.subarray(start);
    const length = head.length + text.length;
    const { read, written } = encoder.encodeInto(head + text, space);
    this.#length = start + length;
    if (read === length && written === length) return;
    // A character beyond ASCII: UTF-8 would encode it as two bytes.
    for (let i = 0; i < head.length; i++) space[i] = head.charCodeAt(i);
    for (let i = 0; i < text.length; i++) space[head.length + i] = text.charCodeAt(i);
  }
}
