import {
  type Config,
  configure,
  getConfig,
  getLogger,
  type LogRecord,
  reset,
} from "@logtape/logtape";
import { openDestination, standardOutput } from "./destination.ts";
import type { Rotation } from "./log_file.ts";
import { safeLineFormat } from "./format.ts";
import { LineWriter } from "./line_writer.ts";
import type { Logger, LogStyle } from "./logger.ts";

/** What the log needs of the settings. */
export interface LogSettings extends Rotation {
  /** Records below it are not logged. */
  level: "debug" | "info" | "warning" | "error";
  /** `auto` is text where standard output is a terminal, JSON elsewhere and in files. */
  format: "auto" | "text" | "json";
  /** Path of the log file, or null for standard output. */
  file: string | null;
}

/** An open log. There is one at a time: opening another takes the logger over. */
export interface Log {
  /** The logger "sluice", which is also `getLogger("sluice")` of LogTape. */
  readonly logger: Logger;
  readonly style: LogStyle;
  /** Writes lines that another thread or process made, their newlines included. */
  pass(lines: string): void;
  /** Closes and opens the log file anew by name, as after logrotate; nothing for standard output. */
  reopen(): Promise<void>;
  /** Writes what is queued, for at most two seconds, and closes the file. */
  close(): Promise<void>;
}

const CATEGORY = "sluice";

/** By which LogTape knows sinks that are done with a record when they return. */
const IMMEDIATE = Symbol.for("LogTape.sinkSnapshotPolicy.immediate");

/**
 * Opens the log: one record a line, in one format, written in the background.
 *
 * @throws {ExitError} 73 when the log file cannot be opened, 77 when that is not permitted.
 */
export async function openLog(settings: LogSettings): Promise<Log> {
  const destination = settings.file === null
    ? standardOutput("log")
    : await openDestination("log", "--log-file", settings.file, settings);
  const style = logStyle(settings);
  const format = safeLineFormat(style);
  const writer = new LineWriter(
    destination,
    (dropped) => format(droppedRecord(dropped)),
  );
  const config = await logTo(style, (record) => writer.add(format(record)));
  return {
    logger: getLogger(CATEGORY),
    style,
    pass: (lines) => writer.add(lines),
    reopen: () => settings.file === null ? Promise.resolve() : writer.reopen(),
    async close() {
      await writer.close();
      if (getConfig() === config) await reset();
    },
  };
}

async function logTo(style: LogStyle, lines: (record: LogRecord) => void): Promise<unknown> {
  // Spares a copy of each record's properties, half of what a record costs:
  // LogTape copies them for sinks that look at them later, this one does at once.
  const sink = Object.assign(lines, { [IMMEDIATE]: true });
  const config: Config<"lines", never> = {
    reset: true,
    sinks: { lines: sink },
    loggers: [
      { category: CATEGORY, lowestLevel: style.level, sinks: ["lines"] },
      // LogTape's own logger would otherwise greet on the console.
      { category: ["logtape", "meta"], lowestLevel: null, sinks: [] },
    ],
  };
  await configure(config);
  return config;
}

function logStyle({ format, file, level }: LogSettings): LogStyle {
  const isTerminal = file === null && Deno.stdout.isTerminal();
  return {
    level,
    isText: format === "text" || (format === "auto" && isTerminal),
    isColoured: isTerminal && !Deno.noColor,
  };
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
