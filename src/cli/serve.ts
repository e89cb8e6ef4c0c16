/** `sluice serve`: starts a server with the settings, and runs it until it stops. */
import { openAccessLog } from "../log/access_log.ts";
import { type Log, openLog } from "../log/log.ts";
import { writePidFile } from "../ops/pid_file.ts";
import { keepStatusFile } from "../ops/status_file.ts";
import { StatusReader } from "../ops/status_reader.ts";
import { Reloader, type ReloadSettings } from "../server/reloader.ts";
import { Server } from "../server/server.ts";
import { watchFiles } from "../server/watch_files.ts";
import type { Settings } from "../settings/options.ts";
import { logFailed, logStarted, logStopped } from "./lifecycle_log.ts";
import { queueSignals, type WatchSignals } from "./signals.ts";
import { stopOnSignal } from "./stop_on_signal.ts";

/**
 * Serves until a signal or a failure of its workers stops it.
 *
 * @param reloadSettings Loads the settings again.
 * @returns The exit code.
 * @throws {ExitError} If the server cannot start.
 */
export async function serve(
  settings: Settings,
  reloadSettings: ReloadSettings,
  watchSignals: WatchSignals,
): Promise<number> {
  // From here on, signals wait until the server has started.
  const queuedSignals = queueSignals(watchSignals);
  const log = await openLog({
    level: settings.logLevel,
    format: settings.logFormat,
    file: settings.logFile,
    maxSize: settings.logMaxSize,
    maxFiles: settings.logMaxFiles,
  });
  try {
    return await run(settings, reloadSettings, queuedSignals, log);
  } finally {
    await log.close();
  }
}

async function run(
  settings: Settings,
  reloadSettings: ReloadSettings,
  watchSignals: WatchSignals,
  log: Log,
): Promise<number> {
  const { logger } = log;
  await using accessLog = await openAccessLog(settings, log);
  using _pidFile = settings.pidFile === null ? null : writePidFile(settings.pidFile);
  const started = performance.now();
  const server = await Server.start(settings, log, accessLog);
  await using _statusFile = writeStatus(settings.statusFile, server, log);
  using reloader = new Reloader(server, settings, reloadSettings, logger);
  using _watcher = settings.watch && settings.handler !== null
    ? watchFiles(settings.handler, (path) => reloader.requestNow(path), logger)
    : null;
  logStarted(logger, settings, server);
  const targets = { server, settings, log, accessLog, reloader, watchSignals };
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
