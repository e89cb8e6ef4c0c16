import { type Level, type LevelCounts, noRecords } from "./level.ts";
import { KEPT, type RecordData } from "./recent_records.ts";

/** Takes a record as a line, with its newline, and the data of one that is watched. */
export type TakeRecord = (line: string, level: Level, data: RecordData | null) => void;

/** Records of another thread or process as lines, and what is known of them. */
export interface LogLines {
  /** Whole lines, with their newlines. */
  readonly lines: string;
  /** How many records they are. */
  readonly counts: Readonly<LevelCounts>;
  /** The data of those that are watched; of many, the last ones. */
  readonly watched: readonly RecordData[];
}

/** Gathers records as lines. */
export class LogLinesBuilder {
  #lines = "";
  #counts = noRecords();
  #watched: RecordData[] = [];

  /** Adds a record. */
  readonly add: TakeRecord = (line, level, data) => {
    this.#lines += line;
    this.#counts[level]++;
    if (data === null) return;
    this.#watched.push(data);
    if (this.#watched.length > KEPT) this.#watched.shift();
  };

  /** Takes what was gathered; null if that is nothing. */
  take(): LogLines | null {
    const taken = { lines: this.#lines, counts: this.#counts, watched: this.#watched };
    if (taken.lines === "") return null;
    this.#lines = "";
    this.#counts = noRecords();
    this.#watched = [];
    return taken;
  }
}

/** One record. */
export function oneRecord(line: string, level: Level, data: RecordData | null): LogLines {
  const counts = noRecords();
  counts[level] = 1;
  return { lines: line, counts, watched: data === null ? [] : [data] };
}
