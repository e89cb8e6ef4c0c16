import { type Logger, type LogMethod, saying, VALUE } from "./logger.ts";

type Level = "debug" | "info" | "warn" | "error";

/**
 * The logger of the main thread: LogTape's, with methods that may be called without it,
 * and that log anything, as do those of threads and processes. LogTape would log an
 * empty object instead of an error, a number or null.
 *
 * @param logger LogTape's.
 */
export function mainLogger(logger: Logger): Logger {
  const at = (level: Level): LogMethod => (said, given) =>
    typeof said === "string"
      ? logger[level](said, given)
      : logger[level](VALUE, () => saying(said, given));
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    getChild: (name) => mainLogger(logger.getChild(name)),
  };
}
