import {
  type Config,
  configure,
  getConfig,
  getLogger,
  type Logger,
  type LogRecord,
  reset,
} from "@logtape/logtape";
import { EXIT, ExitError } from "./exit.ts";
import { jsonFormat, type LineFormat, textFormat } from "./log_format.ts";
import { type Destination, LineWriter, systemReason } from "./log_writer.ts";

export type { Logger } from "@logtape/logtape";

/** What the log needs of the settings. */
export interface LogSettings {
  /** Records below it are not logged. */
  level: "debug" | "info" | "warning" | "error";
  /** `auto` is text where standard output is a terminal, JSON elsewhere and in files. */
  format: "auto" | "text" | "json";
  /** Path of the log file, or null for standard output. */
  file: string | null;
  /** Bytes after which the log file is rotated; 0 never rotates. */
  maxSize: number;
  /** Log files that are kept, the current one included. */
  maxFiles: number;
}

/** How records become lines: plain data, for threads and processes that log through this one. */
export interface LogStyle {
  /** Records below it are not logged. */
  readonly level: LogSettings["level"];
  /** Text for people, else JSON. */
  readonly isText: boolean;
  readonly isColoured: boolean;
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

/** Text within a message as it is: the logger would take braces for the name of a property. */
export function literal(text: string): string {
  return text.replaceAll(/[{}]/g, "$&$&");
}

/** By which LogTape knows sinks that are done with a record when they return. */
const IMMEDIATE = Symbol.for("LogTape.sinkSnapshotPolicy.immediate");

/**
 * Opens the log: one record a line, in one format, written in the background.
 *
 * @throws {ExitError} 73 when the log file cannot be opened, 77 when that is not permitted.
 */
export async function openLog(settings: LogSettings): Promise<Log> {
  const destination = settings.file === null
    ? standardOutput()
    : await openFile(settings.file, settings);
  const style = logStyle(settings);
  const format = lineFormat(style);
  const writer = new LineWriter(
    destination,
    (dropped) => format(droppedRecord(dropped)),
  );
  const config = await logTo(style, (line) => writer.add(line));
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

/**
 * The logger of a thread or process whose parent has the log.
 *
 * @param send Hands lines to the parent, which writes them with {@linkcode Log.pass}.
 */
export async function openRemoteLog(
  style: LogStyle,
  send: (lines: string) => void,
): Promise<Logger> {
  await logTo(style, send);
  return getLogger(CATEGORY);
}

async function logTo(style: LogStyle, add: (line: string) => void): Promise<unknown> {
  const format = lineFormat(style);
  const lines = (record: LogRecord) => add(formatSafely(format, record));
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

function lineFormat({ level, isText, isColoured }: LogStyle): LineFormat {
  const hasStacks = level === "debug";
  return isText ? textFormat(hasStacks, isColoured) : jsonFormat(hasStacks);
}

/** A property of the user's with a getter that throws costs its record the properties, no more. */
function formatSafely(format: LineFormat, record: LogRecord): string {
  try {
    return format(record);
  } catch (error) {
    const { category, level, timestamp } = record;
    const message = "Cannot format a log record: a property throws";
    const properties = {
      error: error instanceof Error ? error : String(error),
    };
    return format({
      category,
      level,
      timestamp,
      message: [message],
      rawMessage: message,
      properties,
    });
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

function standardOutput(): Destination {
  return {
    name: "the log to standard output",
    write: (bytes) => Deno.stdout.write(bytes),
    reopen: () => Promise.resolve(),
    close() {},
  };
}

async function openFile(
  path: string,
  rotation: { maxSize: number; maxFiles: number },
): Promise<Destination> {
  // Only those who log to a file load it.
  const { openLogFile } = await import("./log_file.ts");
  try {
    return await openLogFile(path, rotation);
  } catch (error) {
    const denied = error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotCapable;
    throw new ExitError(
      `Cannot open the log file ${path}: ${
        systemReason(error)
      }, name one that can be written with --log-file`,
      denied ? EXIT.noPermission : EXIT.cannotCreate,
      { cause: error },
    );
  }
}
