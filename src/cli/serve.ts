/** `sluice serve`: from settings to a running server, and to its end. */
import { openAccessLog } from "../log/access_log.ts";
import { type Log, openLog } from "../log/log.ts";
import { writePidFile } from "../ops/pid_file.ts";
import { Reloader, type ReloadSettings } from "../server/reloader.ts";
import { Server } from "../server/server.ts";
import type { Settings } from "../settings/options.ts";
import { keepStatusFile } from "../ops/status_file.ts";
import { StatusReader } from "../ops/status_reader.ts";
import { watchFiles } from "../server/watch_files.ts";
import { sayFailed, sayStarted, sayStopped } from "./say.ts";
import { queueSignals, type WatchSignals } from "./signals.ts";
import { stopOnSignal } from "./stop_on_signal.ts";

/**
 * Serves until a signal ends it.
 *
 * @param reloadSettings Finds the settings again, as they are now.
 * @returns What to exit with.
 * @throws {ExitError} If the server cannot start.
 */
export async function serve(
  settings: Settings,
  reloadSettings: ReloadSettings,
  watchSignals: WatchSignals,
): Promise<number> {
  const queuedSignals = queueSignals(watchSignals);
  const log = await openLog({
    level: settings.logLevel,
    format: settings.logFormat,
    file: settings.logFile,
    maxSize: settings.logMaxSize,
    maxFiles: settings.logMaxFiles,
  });
  try {
    await using accessLog = await openAccessLog(settings, log);
    using _pidFile = settings.pidFile === null ? null : writePidFile(settings.pidFile);
    const started = performance.now();
    const server = await Server.start(settings, log, accessLog);
    await using _statusFile = keepStatus(settings, server, log);
    using reloader = new Reloader(server, settings, reloadSettings, log.logger);
    using _watcher = settings.watch && settings.handler !== null
      ? watchFiles(settings.handler, (path) => reloader.requestNow(path), log.logger)
      : null;
    sayStarted(log.logger, settings, server);
    const { stop, exitCode, failure } = await stopOnSignal({
      server,
      settings,
      log,
      accessLog,
      reloader,
      watchSignals: queuedSignals,
    });
    if (failure !== null) sayFailed(log.logger, failure);
    sayStopped(log.logger, server, stop, performance.now() - started);
    return exitCode;
  } finally {
    await log.close();
  }
}

function keepStatus(settings: Settings, server: Server, { logger }: Log): AsyncDisposable | null {
  if (settings.statusFile === null) return null;
  const reader = new StatusReader(server);
  return keepStatusFile(settings.statusFile, () => reader.read(), (error) => {
    logger.warn("Cannot write the status file, it is tried again", { error });
  });
}
