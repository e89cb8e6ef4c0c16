import type { LogSettings } from "../log/log_style.ts";
import { stateFolder } from "../ops/state_folder.ts";
import type { Settings } from "../settings/options.ts";

/** The settings of the log. */
export function logSettings(settings: Settings): LogSettings {
  return {
    level: settings.logLevel,
    format: settings.logFormat,
    file: settings.logFile,
    maxSize: settings.logMaxSize,
    maxFiles: settings.logMaxFiles,
    isWatched: settings.admin !== null || stateFolder(settings.stateDir) !== null,
  };
}
