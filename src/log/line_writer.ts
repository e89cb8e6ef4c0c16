import { now } from "../base/clock.ts";
import { systemReason } from "../base/system_errors.ts";
import { later } from "../base/timers.ts";
import type { Destination } from "./destination.ts";
import { countLines, LineQueue } from "./line_queue.ts";
import { report } from "./report.ts";

/** The shortest time between two batches, in milliseconds: a write costs as much as many lines. */
const GATHER_MS = 20;

/** Milliseconds between attempts while writing fails. */
const RETRY_MS = 1000;

/** Milliseconds until a write that would block is tried again. */
const BUSY_MS = 10;

/** Milliseconds that close() waits for a destination that blocks, such as a pipe that nobody reads. */
const CLOSE_MS = 2000;

const NEWLINE = 10;

/**
 * Writes lines in the background: the first one with the others of its turn of the event
 * loop, those that follow in batches. Adding a line never waits or fails.
 *
 * During an outage (a full disk) lines wait in a bounded queue, and the outage is
 * reported once on stderr. Once the reader is gone (a closed pipe), lines are
 * silently discarded until the destination is reopened.
 */
export class LineWriter {
  readonly #destination: Destination;
  readonly #droppedLine: (count: number) => string;
  /** The shortest time between two batches, in milliseconds. */
  readonly #gather: number;
  readonly #encoder = new TextEncoder();
  readonly #queue = new LineQueue();
  #discarding = false;
  #discarded = 0;
  #failure: string | null = null;
  #closing = false;
  #reopening: PromiseWithResolvers<void> | null = null;
  #running: Promise<void> | null = null;
  /** When the last batch was written, by the monotonic clock. */
  #written = -Infinity;
  #wake: (() => void) | null = null;

  /**
   * @param droppedLine Makes the line that reports dropped lines; empty for none.
   * @param gather The shortest time between two batches, in milliseconds.
   */
  constructor(
    destination: Destination,
    droppedLine: (count: number) => string,
    gather: number = GATHER_MS,
  ) {
    this.#destination = destination;
    this.#droppedLine = droppedLine;
    // A terminal shows what is printed at once, unless something waits.
    this.#gather = destination.writeNow === undefined ? gather : 0;
  }

  /** Queues lines, with their newlines, or drops them if the queue is full. */
  add(lines: string): void {
    if (this.#closing) return;
    if (this.#discarding) return void (this.#discarded += countLines(lines));
    this.#queue.add(lines);
    this.#running ??= this.#run();
  }

  /** The number of lines dropped so far, those without a reader included. */
  get dropped(): number {
    return this.#queue.totalDropped + this.#discarded;
  }

  /** What it is that cannot be written at the moment, and why; null if all can. */
  get failure(): string | null {
    return this.#failure;
  }

  /**
   * Writes lines at once if the destination is a terminal and nothing waits: a developer
   * must see them even if the program hangs next. Otherwise like {@linkcode add}.
   */
  addNow(lines: string): void {
    const isBusy = this.#running !== null || this.#closing || this.#discarding;
    if (isBusy || this.#destination.writeNow === undefined) return this.add(lines);
    let rest = this.#encoder.encode(lines);
    try {
      while (rest.length > 0) rest = rest.subarray(this.#destination.writeNow(rest));
    } catch { // Writing it again reports why.
      this.add(new TextDecoder().decode(rest));
    }
  }

  /**
   * Reopens the destination after the write in progress, without splitting a line
   * between the old and the new file. Resolves after the attempt; a failure counts
   * as an outage.
   */
  reopen(): Promise<void> {
    if (this.#closing) return Promise.resolve();
    this.#reopening ??= Promise.withResolvers();
    this.#discarding = false;
    this.#wake?.();
    void this.#destination.interrupt?.();
    const { promise } = this.#reopening;
    this.#running ??= this.#run();
    return promise;
  }

  /** Writes the queue, for at most two seconds, and closes the destination. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#wake?.();
    if (this.#running !== null) {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const stop = later(CLOSE_MS, resolve);
      await Promise.race([this.#running, late]);
      stop();
    }
    this.#discarding = true;
    this.#queue.take();
    this.#reopening?.resolve();
    this.#destination.close();
  }

  async #run(): Promise<void> {
    do {
      if (!this.#closing && this.#reopening === null) {
        await this.#pause(Math.max(0, this.#written + this.#gather - now()));
      }
      const batch = this.#queue.take();
      await this.#write(this.#encoder.encode(batch));
      this.#queue.release(batch);
      this.#written = now();
      if (!this.#discarding) this.#noteDropped();
    } while (this.#reopening !== null || !this.#queue.isEmpty);
    this.#running = null;
  }

  #noteDropped(): void {
    const dropped = this.#queue.takeDropped();
    if (dropped > 0) this.#queue.append(this.#droppedLine(dropped));
  }

  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    let offset = 0;
    while (this.#reopening !== null || (offset < bytes.length && !this.#discarding)) {
      try {
        if (this.#reopening !== null) {
          // The old file has part of this line: write all of it to the new one.
          offset = offset === 0 ? 0 : bytes.lastIndexOf(NEWLINE, offset - 1) + 1;
          await this.#reopen(this.#reopening);
        }
        if (offset < bytes.length) offset += await this.#destination.write(bytes.subarray(offset));
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) this.#discarding = true;
        // A terminal or pipe that another process made non-blocking.
        else if (error instanceof Deno.errors.WouldBlock) await this.#pause(BUSY_MS);
        else if (error instanceof Deno.errors.Interrupted && this.#reopening !== null) continue;
        else if (this.#closing) return;
        else await this.#outage(error);
      }
    }
    this.#failure = null;
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
    if (this.#failure === null) {
      this.#failure = `${this.#destination.name}: ${systemReason(error)}`;
      await report(`Cannot write ${this.#failure}, retrying every second`);
    }
    await this.#pause(RETRY_MS);
  }

  /** Waits. Closing or reopening the writer ends the wait early. */
  #pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = later(milliseconds, resolve);
    this.#wake = () => {
      stop();
      resolve();
    };
    return promise;
  }
}
