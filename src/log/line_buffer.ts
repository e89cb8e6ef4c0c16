import { every } from "../base/timers.ts";

/** Bytes of lines that are handed on at once. */
const CAPACITY = 32 * 1024;
/** How long a line may wait for others, in milliseconds. */
const INTERVAL = 200;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Gathers lines of ASCII and hands them on together: a message for each would cost more than the line. */
export class LineBuffer {
  readonly #send: (lines: string) => void;
  // Bytes, not a growing string, whose parts the garbage collector would keep and move meanwhile.
  #bytes: Uint8Array<ArrayBuffer> | null = null;
  #length = 0;
  #stopTimer: (() => void) | null = null;

  /** @param send Takes lines, their newlines included. */
  constructor(send: (lines: string) => void) {
    this.#send = send;
  }

  /** Adds a line of ASCII, its newline included. */
  add(line: string): void {
    if (this.#length + line.length > CAPACITY) this.flush();
    if (line.length > CAPACITY) return this.#send(line);
    this.#bytes ??= new Uint8Array(CAPACITY);
    this.#length += encoder.encodeInto(line, this.#bytes.subarray(this.#length)).written;
    this.#stopTimer ??= every(INTERVAL, () => this.flush());
  }

  /** Hands on what is gathered. */
  flush(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
    if (this.#bytes === null || this.#length === 0) return;
    const lines = decoder.decode(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    this.#send(lines);
  }
}
