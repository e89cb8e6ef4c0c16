import { type Level, type LevelCounts, LEVELS, noRecords } from "./level.ts";
import type { LogLines } from "./log_lines.ts";
import { RecentRecords, type RecordData } from "./recent_records.ts";

/** What is known of the records of a log: how many there are of each level, and the last ones. */
export class LogRecords {
  readonly recent = new RecentRecords();
  readonly #counts = noRecords();
  #lost = 0;
  /** The number of the last record that was kept. */
  #last = 0;

  /** Adds a record; `data` is that of one that is watched. */
  add(level: Level, data: RecordData | null): void {
    this.#counts[level]++;
    if (data !== null) this.#keep(data);
  }

  /** Adds records of another thread or process. */
  addAll({ counts, watched }: LogLines): void {
    for (const level of LEVELS) this.#counts[level] += counts[level];
    for (const data of watched) this.#keep(data);
  }

  /** Counts records that were lost on their way to the log. */
  addLost(count: number): void {
    this.#lost += count;
  }

  /** @param dropped How many lines the writer has dropped. */
  counts(dropped: number): LevelCounts & { readonly dropped: number } {
    return { ...this.#counts, dropped: dropped + this.#lost };
  }

  #keep(data: RecordData): void {
    this.recent.add({ number: ++this.#last, ...data });
  }
}
