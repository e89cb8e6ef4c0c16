import { every } from "../base/timers.ts";

/** Bytes of lines that are handed on at once. */
const CAPACITY = 32 * 1024;
/** How long a line may wait for others, in milliseconds. */
const INTERVAL = 200;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Gathers the lines of a lane and hands them on in batches, since a message for
 * each line would cost more than the line. Allocates nothing before the first.
 */
export class LineBuffer {
  readonly #handOn: (lines: string) => void;
  /**
   * Bytes, not a growing string: that would keep all its parts alive until it is
   * handed on, and the garbage collector would move them about meanwhile.
   */
  #bytes: Uint8Array<ArrayBuffer> | null = null;
  #length = 0;
  #stopTimer: (() => void) | null = null;

  /** @param handOn Takes a batch of whole lines, their newlines included. */
  constructor(handOn: (lines: string) => void) {
    this.#handOn = handOn;
  }

  /** Adds a line, its newline included. It is handed on within 200 ms. */
  add(line: string): void {
    // A character takes one byte or more: in ASCII, which most lines are, exactly one.
    if (this.#length + line.length > CAPACITY) this.flush();
    const bytes = this.#bytes ??= new Uint8Array(CAPACITY);
    const { read, written } = encoder.encodeInto(line, bytes.subarray(this.#length));
    if (read < line.length) return this.#addLong(line);
    this.#length += written;
    this.#stopTimer ??= every(INTERVAL, () => this.flush());
  }

  /** Hands on what has been gathered. */
  flush(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
    if (this.#bytes === null || this.#length === 0) return;
    const lines = decoder.decode(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    this.#handOn(lines);
  }

  /** Hands on a line that did not fit, behind those before it. */
  #addLong(line: string): void {
    this.flush();
    this.#handOn(line);
  }
}
