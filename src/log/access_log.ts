import type { Log } from "./log.ts";
import { LineWriter } from "./line_writer.ts";
import { openDestination } from "./open_destination.ts";
import { STANDARD_OUTPUT } from "../settings/paths.ts";

/** The record of all lanes' requests. Disposing writes what is queued and closes the file. */
export interface AccessLog extends AsyncDisposable {
  /** Writes lines, their newlines included. */
  record(lines: string): void;
  /** Closes the file and opens it by name, as after logrotate. */
  reopen(): Promise<void>;
}

/** The settings of the access log and, as far as it needs them, of the main log. */
export interface AccessLogSettings {
  /** A path, `-` for standard output, or null for no access log. */
  readonly accessLog: string | null;
  /** The path of the main log, or null for standard output. */
  readonly logFile: string | null;
  readonly logMaxSize: number;
  readonly logMaxFiles: number;
}

/**
 * Opens the access log, which rotates like the main log.
 *
 * @param log The main log, which reports lines that were dropped.
 * @throws {ExitError} 73 when the file cannot be opened, 77 when permission is refused.
 */
export async function openAccessLog(settings: AccessLogSettings, log: Log): Promise<AccessLog> {
  const { accessLog, logFile, logMaxSize, logMaxFiles } = settings;
  if (accessLog === null) return unopened(() => {});
  // Two writers would split each other's lines, and rotate the file twice.
  if (accessLog === (logFile ?? STANDARD_OUTPUT)) return unopened(log.pass);
  const destination = await openDestination(
    "access log",
    "--access-log",
    accessLog === STANDARD_OUTPUT ? null : accessLog,
    { maxSize: logMaxSize, maxFiles: logMaxFiles },
  );
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

/** An access log without a file of its own. */
function unopened(record: (lines: string) => void): AccessLog {
  return {
    record,
    reopen: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
