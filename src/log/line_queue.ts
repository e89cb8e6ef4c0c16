/**
 * Maximum number of characters waiting to be written; further lines are dropped and
 * counted. The records of 10,000 connections that end at once take 4 MiB.
 */
const LIMIT = 16 * 1024 * 1024;

/** Lines waiting to be written, up to a limit. */
export class LineQueue {
  #lines = "";
  /** Characters in the queue and in the batch that is being written. */
  #held = 0;
  #dropped = 0;
  #droppedBefore = 0;

  get isEmpty(): boolean {
    return this.#lines === "";
  }

  /** Adds lines, with their newlines, or drops them if the queue is full. */
  add(lines: string): void {
    if (this.#held + lines.length > LIMIT) this.#dropped += countLines(lines);
    else this.append(lines);
  }

  /** Adds lines even if the queue is full. */
  append(lines: string): void {
    this.#lines += lines;
    this.#held += lines.length;
  }

  /** Takes all lines; they count against the limit until they are released. */
  take(): string {
    const batch = this.#lines;
    this.#lines = "";
    return batch;
  }

  /** Makes room for new lines, once a batch is written. */
  release(batch: string): void {
    this.#held -= batch.length;
  }

  /** The number of lines dropped since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#droppedBefore += dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** The number of lines dropped so far. */
  get totalDropped(): number {
    return this.#droppedBefore + this.#dropped;
  }
}

/** The number of lines in a text of whole ones. */
export function countLines(lines: string): number {
  return lines.split("\n").length - 1;
}
