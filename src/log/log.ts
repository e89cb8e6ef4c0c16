import {
  type Config,
  configure,
  getConfig,
  getLogger,
  type LogRecord,
  reset,
} from "@logtape/logtape";
import { safeLineFormat } from "./format.ts";
import { type Level, type LevelCounts, Threshold } from "./level.ts";
import { LineWriter } from "./line_writer.ts";
import type { LogLines, TakeRecord } from "./log_lines.ts";
import type { Logger, LogStyle } from "./logger.ts";
import { type LogSettings, logStyle } from "./log_style.ts";
import { mainLogger } from "./main_logger.ts";
import { openDestination } from "./open_destination.ts";
import { LogRecords } from "./log_records.ts";
import { recordData, type RecordFeed } from "./recent_records.ts";

/** Records of the log by level, and those that were dropped since they could not be written. */
export type LogCounts = Readonly<LevelCounts & { readonly dropped: number }>;

/** An open log. Only one is open at a time: opening another takes over the logger. */
export interface Log {
  /** Logs to LogTape's logger "sluice". */
  readonly logger: Logger;
  /** Its level is that of now. */
  readonly style: LogStyle;
  /** What is logged on this thread; other threads and processes have their own. */
  readonly threshold: Threshold;
  /** The last records at `warning` and above, if the log is watched. */
  readonly recent: RecordFeed;
  /** Counts the records of all threads and processes so far; not those of the access log. */
  counts(): LogCounts;
  /** What it is that cannot be written at the moment, and why; null if all can. */
  readonly failure: string | null;
  /** Writes lines of the access log, with their newlines. */
  pass(lines: string): void;
  /** Writes records of another thread or process. */
  passRecords(records: LogLines): void;
  /** Writes a record of this thread. */
  readonly passRecord: TakeRecord;
  /** The same for what a handler prints, which on a terminal does not wait for the event loop. */
  readonly passRecordNow: TakeRecord;
  /** Counts messages of a process that were lost, and perhaps records with them. */
  countLost(count: number): void;
  /** Closes the log file and opens its path again, as after logrotate; does nothing for standard output. */
  reopen(): Promise<void>;
  /** Writes what is queued, for at most two seconds, and closes the file. */
  close(): Promise<void>;
}

const CATEGORY = "sluice";

/** Tells LogTape that a sink is done with a record when it returns. */
const IMMEDIATE = Symbol.for("LogTape.sinkSnapshotPolicy.immediate");

/**
 * Opens the log: one record per line, in one format, written in the background.
 *
 * @throws {ExitError} 73 if the log file cannot be opened, 77 if permission is denied.
 */
export async function openLog(settings: LogSettings): Promise<Log> {
  const destination = await openDestination("log", "--log-file", settings.file, settings);
  const threshold = new Threshold(settings.level);
  const style = logStyle(settings);
  const format = safeLineFormat(style, threshold);
  const records = new LogRecords();
  const line = (record: LogRecord) => {
    const data = style.isWatched === true ? recordData(record, threshold.admits("debug")) : null;
    records.add(levelOf(record), data);
    return format(record);
  };
  const writer = new LineWriter(destination, (dropped) => line(droppedRecord(dropped)));
  const config = await logTo((record) => {
    // LogTape has been told to pass on everything, for the day when the level changes.
    if (threshold.admits(levelOf(record))) writer.add(line(record));
  });
  return {
    logger: mainLogger(getLogger(CATEGORY), threshold),
    get style() {
      return { ...style, level: threshold.level };
    },
    threshold,
    recent: records.recent,
    counts: () => records.counts(writer.dropped),
    get failure() {
      return writer.failure;
    },
    pass: (lines) => writer.add(lines),
    passRecords(taken) {
      records.addAll(taken);
      writer.add(taken.lines);
    },
    passRecord(line, level, data) {
      records.add(level, data);
      writer.add(line);
    },
    passRecordNow(line, level, data) {
      records.add(level, data);
      writer.addNow(line);
    },
    countLost: (count) => records.addLost(count),
    reopen: () => settings.file === null ? Promise.resolve() : writer.reopen(),
    async close() {
      await writer.close();
      if (getConfig() === config) await reset();
    },
  };
}

/** The level of a record by the names of the settings. */
function levelOf({ level }: LogRecord): Level {
  if (level === "trace") return "debug";
  return level === "fatal" ? "error" : level;
}

async function logTo(take: (record: LogRecord) => void): Promise<unknown> {
  // Saves half the cost of a record: LogTape copies the properties for sinks that
  // read them later, and this one reads them at once.
  const sink = Object.assign(take, { [IMMEDIATE]: true });
  const config: Config<"lines", never> = {
    reset: true,
    sinks: { lines: sink },
    loggers: [
      { category: CATEGORY, lowestLevel: "debug", sinks: ["lines"] },
      // Otherwise LogTape's own logger would print a greeting on the console.
      { category: ["logtape", "meta"], lowestLevel: null, sinks: [] },
    ],
  };
  await configure(config);
  return config;
}

function droppedRecord(count: number): LogRecord {
  const message = "Log records dropped";
  return {
    category: [CATEGORY],
    level: "warning",
    timestamp: Date.now(),
    message: [message],
    rawMessage: message,
    properties: { "sluice.log.dropped": count },
  };
}
