import {
  type Config,
  configure,
  getConfig,
  getLogger,
  type LogRecord,
  reset,
} from "@logtape/logtape";
import { safeLineFormat } from "./format.ts";
import { LineWriter } from "./line_writer.ts";
import type { Rotation } from "./log_file.ts";
import type { Logger, LogStyle } from "./logger.ts";
import { mainLogger } from "./main_logger.ts";
import { openDestination } from "./open_destination.ts";

/** The settings of the log. */
export interface LogSettings extends Rotation {
  /** The lowest level that is logged. */
  level: "debug" | "info" | "warning" | "error";
  /** `auto` is text if standard output is the destination and a terminal, otherwise JSON. */
  format: "auto" | "text" | "json";
  /** The path of the log file, or null for standard output. */
  file: string | null;
}

/** An open log. Only one is open at a time: opening another takes over the logger. */
export interface Log {
  /** Logs to LogTape's logger "sluice". */
  readonly logger: Logger;
  readonly style: LogStyle;
  /** Writes lines formatted by another thread or process, with their newlines. */
  pass(lines: string): void;
  /** The same for what a handler prints, which on a terminal does not wait for the event loop. */
  passNow(lines: string): void;
  /** Closes the log file and opens its path again, as after logrotate; does nothing for standard output. */
  reopen(): Promise<void>;
  /** Writes what is queued, for at most two seconds, and closes the file. */
  close(): Promise<void>;
}

const CATEGORY = "sluice";

const USUAL_WIDTH = 80;

/** Tells LogTape that a sink is done with a record when it returns. */
const IMMEDIATE = Symbol.for("LogTape.sinkSnapshotPolicy.immediate");

/**
 * Opens the log: one record per line, in one format, written in the background.
 *
 * @throws {ExitError} 73 if the log file cannot be opened, 77 if permission is denied.
 */
export async function openLog(settings: LogSettings): Promise<Log> {
  const destination = await openDestination("log", "--log-file", settings.file, settings);
  const style = logStyle(settings);
  const format = safeLineFormat(style);
  const writer = new LineWriter(destination, (dropped) => format(droppedRecord(dropped)));
  const config = await logTo(style, (record) => writer.add(format(record)));
  return {
    logger: mainLogger(getLogger(CATEGORY)),
    style,
    pass: (lines) => writer.add(lines),
    passNow: (lines) => writer.addNow(lines),
    reopen: () => settings.file === null ? Promise.resolve() : writer.reopen(),
    async close() {
      await writer.close();
      if (getConfig() === config) await reset();
    },
  };
}

async function logTo(style: LogStyle, lines: (record: LogRecord) => void): Promise<unknown> {
  // Saves half the cost of a record: LogTape copies the properties for sinks that
  // read them later, and this one reads them at once.
  const sink = Object.assign(lines, { [IMMEDIATE]: true });
  const config: Config<"lines", never> = {
    reset: true,
    sinks: { lines: sink },
    loggers: [
      { category: CATEGORY, lowestLevel: style.level, sinks: ["lines"] },
      // Otherwise LogTape's own logger would print a greeting on the console.
      { category: ["logtape", "meta"], lowestLevel: null, sinks: [] },
    ],
  };
  await configure(config);
  return config;
}

function logStyle({ format, file, level }: LogSettings): LogStyle {
  const isTerminal = file === null && Deno.stdout.isTerminal();
  const isText = format === "text" || (format === "auto" && isTerminal);
  return {
    level,
    isText,
    isColoured: isTerminal && !Deno.noColor,
    columns: isTerminal && isText ? terminalWidth() : null,
  };
}

/** The width of the terminal in columns; 80 if it does not tell. */
function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns || USUAL_WIDTH;
  } catch {
    return USUAL_WIDTH;
  }
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
