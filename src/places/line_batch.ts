import { later } from "../base/timers.ts";

/** How long lines wait for others, in milliseconds. */
const SHORT = 1;
/** The same for lines of which there may be one for each client. */
const LONG = 20;

/**
 * Batches the log lines of a lane, in their order: a message to the parent costs as much as
 * many lines. The first line is sent at once, so that it is not lost if the lane hangs next,
 * and those that follow soon together.
 */
export class LineBatch {
  readonly #send: (lines: string) => void;
  #lines = "";
  /** How long lines wait that are added now; 0 if the next one is sent at once. */
  #wait = 0;
  #stop = () => {};

  /** @param send Takes a batch of whole lines, with their newlines. */
  constructor(send: (lines: string) => void) {
    this.#send = send;
  }

  /** Sends a line within a millisecond or so. */
  add(line: string): void {
    this.#add(line, SHORT);
  }

  /** Sends a line that many others may follow. */
  addLater(line: string): void {
    this.#add(line, LONG);
  }

  /** Sends the batch; the next line is sent at once. */
  flush(): void {
    this.#stop();
    this.#wait = 0;
    const lines = this.#lines;
    this.#lines = "";
    if (lines !== "") this.#send(lines);
  }

  #add(line: string, wait: number): void {
    if (this.#wait === 0) this.#send(line);
    else this.#lines += line;
    if (this.#wait !== 0 && this.#wait <= wait) return;
    this.#stop();
    this.#wait = wait;
    this.#stop = later(wait, () => this.flush());
  }
}
