/** `sluice serve`: starts a server with the settings, and runs it until it stops. */
import { openAccessLog } from "../log/access_log.ts";
import { type Log, openLog } from "../log/log.ts";
import { writePidFile } from "../ops/pid_file.ts";
import { keepStatusFile } from "../ops/status_file.ts";
import { StatusReader } from "../ops/status_reader.ts";
import { Reloader, type ReloadSettings } from "../server/reloader.ts";
import { Server } from "../server/server.ts";
import type { Settings } from "../settings/options.ts";
import { logFailed, logStarted, logStopped } from "./lifecycle_log.ts";
import type { Start } from "./start.ts";
import { stopOnSignal } from "./stop_on_signal.ts";

/**
 * Serves until a signal or a failure of its workers stops it.
 *
 * @param reloadSettings Loads the settings again.
 * @returns The exit code.
 * @throws {ExitError} If the server cannot start.
 * @throws {StartInterrupted} If a signal ends the start.
 */
export async function serve(
  settings: Settings,
  reloadSettings: ReloadSettings,
  start: Start,
): Promise<number> {
  const log = await start.step("opening the log", () =>
    openLog({
      level: settings.logLevel,
      format: settings.logFormat,
      file: settings.logFile,
      maxSize: settings.logMaxSize,
      maxFiles: settings.logMaxFiles,
    }));
  try {
    return await run(settings, reloadSettings, start, log);
  } finally {
    await log.close();
  }
}

async function run(
  settings: Settings,
  reloadSettings: ReloadSettings,
  start: Start,
  log: Log,
): Promise<number> {
  const { logger } = log;
  await using accessLog = await start.step(
    "opening the access log",
    () => openAccessLog(settings, log),
  );
  using _pidFile = settings.pidFile === null ? null : writePidFile(settings.pidFile);
  const started = performance.now();
  const server = await start.step(
    settings.handler === null
      ? "starting its workers"
      : `loading the handler "${settings.handler}"`,
    () => Server.start(settings, log, accessLog, start.signal),
  );
  await using _statusFile = writeStatus(settings.statusFile, server, log);
  using reloader = new Reloader(server, settings, reloadSettings, logger);
  logStarted(log, settings, server);
  const targets = { server, settings, log, accessLog, reloader, watchSignals: start.watchSignals };
  const { stop, exitCode, failure } = await stopOnSignal(targets);
  if (failure !== null) logFailed(logger, failure);
  logStopped(logger, server, stop, performance.now() - started);
  return exitCode;
}

function writeStatus(path: string | null, server: Server, { logger }: Log): AsyncDisposable | null {
  if (path === null) return null;
  const reader = new StatusReader(server);
  return keepStatusFile(path, () => reader.read(), (error) => {
    logger.warn("Cannot write the status file, retrying", { error });
  });
}
