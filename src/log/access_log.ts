import type { Log } from "./log.ts";
import { LineWriter } from "./line_writer.ts";
import { openDestination } from "./open_destination.ts";
import { STANDARD_OUTPUT } from "../settings/paths.ts";

/** The access log of all lanes. Disposing writes what is queued and closes the file. */
export interface AccessLog extends AsyncDisposable {
  /** Writes lines, with their newlines. */
  record(lines: string): void;
  /** What it is that cannot be written at the moment, and why; null if all can. */
  readonly failure: string | null;
  /** Closes the file and opens its path again, as after logrotate. */
  reopen(): Promise<void>;
}

/** The settings of the access log, and those of the main log that it depends on. */
export interface AccessLogSettings {
  /** A path, `-` for standard output, or null for no access log. */
  readonly accessLog: string | null;
  /** The path of the main log, or null for standard output. */
  readonly logFile: string | null;
  /** As in `Rotation`. */
  readonly logMaxSize: number;
  /** As in `Rotation`. */
  readonly logMaxFiles: number;
}

/**
 * Opens the access log, which rotates like the main log.
 *
 * @param log The main log, which reports lines that were dropped.
 * @throws {ExitError} 73 if the file cannot be opened, 77 if permission is denied.
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
    get failure() {
      return writer.failure;
    },
    reopen: () => writer.reopen(),
    [Symbol.asyncDispose]: () => writer.close(),
  };
}

/** An access log without a file of its own. */
function unopened(record: (lines: string) => void): AccessLog {
  return {
    record,
    failure: null,
    reopen: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
