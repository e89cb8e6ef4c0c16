import { every } from "../base/timers.ts";

/** Maximum size of a batch, in bytes. */
const CAPACITY = 32 * 1024;
/** Maximum time that a line waits for others, in milliseconds. */
const INTERVAL = 200;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Batches the lines of a lane, since a message for each line would cost more than
 * the line. Allocates nothing before the first line.
 */
export class LineBuffer {
  readonly #handOn: (lines: string) => void;
  /**
   * Bytes, since a growing string would keep all its parts alive, and the garbage
   * collector would copy them until the batch is handed on.
   */
  #bytes: Uint8Array<ArrayBuffer> | null = null;
  #length = 0;
  #stopTimer: (() => void) | null = null;

  /** @param handOn Takes a batch of whole lines, with their newlines. */
  constructor(handOn: (lines: string) => void) {
    this.#handOn = handOn;
  }

  /** Adds a line, with its newline. It is handed on within 200 ms. */
  add(line: string): void {
    // A character takes at least one byte; in ASCII, as most lines are, exactly one.
    if (this.#length + line.length > CAPACITY) this.flush();
    const bytes = this.#bytes ??= new Uint8Array(CAPACITY);
    const { read, written } = encoder.encodeInto(line, bytes.subarray(this.#length));
    if (read < line.length) return this.#addLong(line);
    this.#length += written;
    this.#stopTimer ??= every(INTERVAL, () => this.flush());
  }

  /** Hands on the current batch. */
  flush(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
    if (this.#bytes === null || this.#length === 0) return;
    const lines = decoder.decode(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    this.#handOn(lines);
  }

  /** Hands on a line that did not fit, after the lines before it. */
  #addLong(line: string): void {
    this.flush();
    this.#handOn(line);
  }
}
