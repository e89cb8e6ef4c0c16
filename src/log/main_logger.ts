import type { Level, Threshold } from "./level.ts";
import { type Logger, type LogMethod, saying, VALUE } from "./logger.ts";

/**
 * The logger of the main thread: LogTape's, with methods that may be called without it,
 * and that log anything, as do those of threads and processes. LogTape would log an
 * empty object instead of an error, a number or null.
 *
 * @param logger LogTape's.
 * @param threshold Asked before LogTape, which takes a microsecond to decline a record.
 */
export function mainLogger(logger: Logger, threshold: Threshold): Logger {
  const at = (level: Level, log: LogMethod): LogMethod => (said, given) => {
    if (!threshold.admits(level)) return;
    if (typeof said === "string") log(said, given);
    else log(VALUE, () => saying(said, given));
  };
  return {
    debug: at("debug", (said, given) => logger.debug(said, given)),
    info: at("info", (said, given) => logger.info(said, given)),
    warn: at("warning", (said, given) => logger.warn(said, given)),
    error: at("error", (said, given) => logger.error(said, given)),
    getChild: (name) => mainLogger(logger.getChild(name), threshold),
  };
}
