import { systemReason } from "../base/system_errors.ts";

/** Where lines go. */
export interface Destination {
  /** What messages call it: "standard output", "the log file x.log". */
  readonly name: string;
  /**
   * Writes as many of the bytes as it takes at once, at least one.
   *
   * @returns How many bytes were written.
   * @throws {Error} Whatever the system says; the writer tries again later.
   */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
  /** Opens it anew by name; what cannot be opened is opened by the next write. */
  reopen(): Promise<void>;
  /** Lets go of it; nothing is written afterwards. */
  close(): void;
}

/**
 * Characters that may wait to be written; records beyond them are dropped and
 * counted. When 10,000 connections end at once, their records take 4 MiB.
 */
export const QUEUE_LIMIT = 16 * 1024 * 1024;

/** Milliseconds between two tries while the destination cannot be written. */
const RETRY_MS = 1000;

/** Milliseconds until a destination that takes nothing for now is tried again. */
const BUSY_MS = 10;

/** Milliseconds that closing waits for a destination that takes nothing, such as a pipe that nobody reads. */
const CLOSE_MS = 2000;

const NEWLINE = 10;

/**
 * Writes lines in the background: what is logged in one turn of the event loop
 * is written at once, and adding a line neither waits nor fails.
 *
 * While the destination cannot be written (a full disk), lines wait in a bounded
 * queue and the failure is told once on stderr. Where nobody reads any more (a
 * closed pipe), lines are thrown away in silence until it is reopened.
 */
export class LineWriter {
  readonly #destination: Destination;
  readonly #droppedLine: (count: number) => string;
  readonly #encoder = new TextEncoder();
  #queue = "";
  /** Characters in the queue and in the batch that is being written. */
  #held = 0;
  #dropped = 0;
  #unread = false;
  #failing = false;
  #closing = false;
  #reopening: PromiseWithResolvers<void> | null = null;
  #running: Promise<void> | null = null;
  #wake: (() => void) | null = null;

  /** @param droppedLine Makes the line which says how many records were dropped, or nothing. */
  constructor(
    destination: Destination,
    droppedLine: (count: number) => string,
  ) {
    this.#destination = destination;
    this.#droppedLine = droppedLine;
  }

  /** Queues lines, their newlines included, or drops them where the queue is full. */
  add(lines: string): void {
    if (this.#closing || this.#unread) return;
    if (this.#held + lines.length > QUEUE_LIMIT) {
      this.#dropped += lines.split("\n").length - 1;
      return;
    }
    this.#queue += lines;
    this.#held += lines.length;
    this.#running ??= this.#run();
  }

  /**
   * Opens the destination anew by name, after what is being written; a line is
   * never split over both. Resolves when that was tried; a failure is an outage.
   */
  reopen(): Promise<void> {
    if (this.#closing) return Promise.resolve();
    this.#reopening ??= Promise.withResolvers();
    this.#unread = false;
    this.#wake?.();
    const { promise } = this.#reopening;
    this.#running ??= this.#run();
    return promise;
  }

  /** Writes what is queued, for at most two seconds, and closes the destination. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#wake?.();
    if (this.#running !== null) {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, CLOSE_MS);
      await Promise.race([this.#running, late]);
      clearTimeout(timer);
    }
    // What could not be written by now is given up.
    this.#unread = true;
    this.#queue = "";
    this.#reopening?.resolve();
    this.#destination.close();
  }

  async #run(): Promise<void> {
    do {
      // One timer a batch, not one a record: it gathers what this turn logs.
      if (!this.#closing && this.#reopening === null) await this.#pause(0);
      const batch = this.#queue;
      this.#queue = "";
      await this.#write(this.#encoder.encode(batch));
      this.#held -= batch.length;
      if (this.#dropped > 0 && !this.#unread) {
        const line = this.#droppedLine(this.#dropped);
        this.#dropped = 0;
        this.#queue += line;
        this.#held += line.length;
      }
    } while (this.#reopening !== null || this.#queue !== "");
    this.#running = null;
  }

  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    let offset = 0;
    while (
      this.#reopening !== null || (offset < bytes.length && !this.#unread)
    ) {
      try {
        if (this.#reopening !== null) {
          // The rest of a line would be no line in the new file.
          offset = offset === 0 ? 0 : bytes.lastIndexOf(NEWLINE, offset - 1) + 1;
          await this.#reopen(this.#reopening);
        }
        if (offset < bytes.length) {
          offset += await this.#destination.write(
            bytes.subarray(offset),
          );
        }
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) this.#unread = true;
        // A terminal or pipe that another process made non-blocking.
        else if (error instanceof Deno.errors.WouldBlock) {
          await this.#pause(BUSY_MS);
        } else if (this.#closing) return;
        else await this.#outage(error);
      }
    }
    this.#failing = false;
  }

  async #reopen(asked: PromiseWithResolvers<void>): Promise<void> {
    this.#reopening = null;
    try {
      await this.#destination.reopen();
    } finally {
      asked.resolve();
    }
  }

  async #outage(error: unknown): Promise<void> {
    if (!this.#failing) {
      this.#failing = true;
      await report(
        `Cannot write ${this.#destination.name}: ${
          systemReason(error)
        }, logging goes on when it can be written`,
      );
    }
    await this.#pause(RETRY_MS);
  }

  #pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    this.#wake = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }
}

/** Says on stderr, as one line, what cannot be said in the log. */
export async function report(message: string): Promise<void> {
  try {
    await Deno.stderr.write(new TextEncoder().encode(`${message}\n`));
  } catch {
    // There is nowhere left to say it.
  }
}
