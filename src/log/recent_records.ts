/** The last records at `warning` or above, for those who watch the server. */
import type { LogRecord } from "@logtape/logtape";
import { isoTime } from "./iso_time.ts";
import { eachAttribute, shortened } from "./attributes.ts";
import { asText, messageOf } from "./record_text.ts";

/** How many records are kept. */
export const KEPT = 100;

/** The most characters of a text in a record. */
const MAX_LENGTH = 2000;
/** The most attributes of a record. */
const MAX_ATTRIBUTES = 64;

/** What a record says: plain data, which can be sent between threads and processes. */
export interface RecordData {
  /** In UTC (RFC 3339). */
  readonly time: string;
  readonly level: "warning" | "error";
  readonly message: string;
  /** The attributes, with the names of the log; long texts are shortened, and what is no scalar is JSON. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A record of the log at `warning` or above, for those who watch the server. */
export interface RecentRecord extends RecordData {
  /** Unique while the server runs, rising. */
  readonly number: number;
}

/** The data of a record; null if its level is lower, or its properties cannot be read. */
export function recordData(record: LogRecord, hasStacks: boolean): RecordData | null {
  const { level } = record;
  if (level !== "warning" && level !== "error" && level !== "fatal") return null;
  const attributes: Record<string, unknown> = {};
  let count = 0;
  try {
    eachAttribute(record, hasStacks, (name, value) => {
      if (count++ < MAX_ATTRIBUTES) attributes[name] = scalar(value);
    });
    return {
      time: isoTime(record.timestamp),
      level: level === "warning" ? "warning" : "error",
      message: shortened(messageOf(record), MAX_LENGTH),
      attributes,
    };
  } catch { // A getter of the user throws; the log has a record of that.
    return null;
  }
}

function scalar(value: unknown): string | number | boolean | null {
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  return shortened(asText(value), MAX_LENGTH);
}

/** Where those who watch the server find the recent records of its log. */
export interface RecordFeed {
  /** The kept records with a higher number, oldest first; 0 is all of them. */
  after(number: number): readonly RecentRecord[];
  /**
   * Calls `listener` with each record from now on; it must neither throw nor log.
   *
   * @returns Ends that.
   */
  onRecord(listener: (record: RecentRecord) => void): () => void;
}

/** Keeps the last records, in the thread of the log or as copies in another one. */
export class RecentRecords implements RecordFeed {
  readonly #records: RecentRecord[] = [];
  readonly #listeners = new Set<(record: RecentRecord) => void>();

  /** Keeps a record, and tells those who listen. */
  add(record: RecentRecord): void {
    this.#records.push(record);
    if (this.#records.length > KEPT) this.#records.shift();
    for (const listener of this.#listeners) listener(record);
  }

  after(number: number): readonly RecentRecord[] {
    return this.#records.filter((record) => record.number > number);
  }

  onRecord(listener: (record: RecentRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
