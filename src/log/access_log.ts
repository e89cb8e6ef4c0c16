import type { Log } from "./log.ts";
import { openDestination, standardOutput } from "./destination.ts";
import { LineWriter } from "./line_writer.ts";
import { STANDARD_OUTPUT } from "../settings/paths.ts";

/** Where the requests of all lanes are recorded. Disposing it writes what is queued, and closes it. */
export interface AccessLog extends AsyncDisposable {
  /** Writes lines, their newlines included. */
  record(lines: string): void;
  /** Closes and opens the file anew by name, as after logrotate. */
  reopen(): Promise<void>;
}

/** What the access log needs of the settings: those of the main log, and its own. */
export interface AccessLogSettings {
  /** A path, `-` for standard output, or null where requests are not recorded. */
  readonly accessLog: string | null;
  /** Path of the main log's file, or null for standard output. */
  readonly logFile: string | null;
  readonly logMaxSize: number;
  readonly logMaxFiles: number;
}

/**
 * Opens the access log, which is rotated as the main log is.
 *
 * @param log The main log: it tells of lines that were dropped.
 * @throws {ExitError} 73 when the file cannot be opened, 77 when that is not permitted.
 */
export async function openAccessLog(settings: AccessLogSettings, log: Log): Promise<AccessLog> {
  const { accessLog, logFile, logMaxSize, logMaxFiles } = settings;
  if (accessLog === null) return through(() => {});
  // Two writers to one place would cut each other's lines, and rotate it twice.
  if (accessLog === (logFile ?? STANDARD_OUTPUT)) return through(log.pass);
  const destination = accessLog === STANDARD_OUTPUT
    ? standardOutput("access log")
    : await openDestination("access log", "--access-log", accessLog, {
      maxSize: logMaxSize,
      maxFiles: logMaxFiles,
    });
  const writer = new LineWriter(destination, (dropped) => {
    log.logger.warn("Access log records dropped", { "sluice.log.dropped": dropped });
    return "";
  });
  return {
    record: (lines) => writer.add(lines),
    reopen: () => writer.reopen(),
    [Symbol.asyncDispose]: () => writer.close(),
  };
}

function through(record: (lines: string) => void): AccessLog {
  return {
    record,
    reopen: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
