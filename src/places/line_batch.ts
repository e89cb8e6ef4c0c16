import { later } from "../base/timers.ts";
import type { Level } from "../log/level.ts";
import { type LogLines, LogLinesBuilder, oneRecord } from "../log/log_lines.ts";
import type { RecordData } from "../log/recent_records.ts";

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
  readonly #send: (records: LogLines) => void;
  readonly #waiting = new LogLinesBuilder();
  /** How long lines wait that are added now; 0 if the next one is sent at once. */
  #wait = 0;
  #stop = () => {};

  /** @param send Takes a batch of records. */
  constructor(send: (records: LogLines) => void) {
    this.#send = send;
  }

  /** Sends a record within a millisecond or so. */
  add(line: string, level: Level = "info", data: RecordData | null = null): void {
    this.#add(SHORT, line, level, data);
  }

  /** Sends a record at level info that many others may follow. */
  addLater(line: string): void {
    this.#add(LONG, line, "info", null);
  }

  /** Sends the batch; the next line is sent at once. */
  flush(): void {
    this.#stop();
    this.#wait = 0;
    const records = this.#waiting.take();
    if (records !== null) this.#send(records);
  }

  #add(wait: number, line: string, level: Level, data: RecordData | null): void {
    if (this.#wait === 0) this.#send(oneRecord(line, level, data));
    else this.#waiting.add(line, level, data);
    if (this.#wait !== 0 && this.#wait <= wait) return;
    this.#stop();
    this.#wait = wait;
    this.#stop = later(wait, () => this.flush());
  }
}
