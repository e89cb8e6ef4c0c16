import { type LineFormat, safeLineFormat } from "./format.ts";
import { type Logger, type LogMethod, type LogStyle, resolved, saying, VALUE } from "./logger.ts";

type Level = LogStyle["level"];

const LEVELS: readonly Level[] = ["debug", "info", "warning", "error"];
const PLACEHOLDER = /\{\{|\}\}|\{([^{}]+)\}/g;

/**
 * The logger of a thread or process: formats lines and sends them to the parent,
 * which owns the log. Does without LogTape, which would make the runtime load its
 * Node library: 3 MB per thread.
 *
 * @param send Takes lines, with their newlines.
 */
export function remoteLogger(style: LogStyle, send: (lines: string) => void): Logger {
  return makeLogger(["sluice"], safeLineFormat(style), LEVELS.indexOf(style.level), send);
}

function makeLogger(
  category: readonly string[],
  format: LineFormat,
  lowest: number,
  send: (lines: string) => void,
): Logger {
  const at = (level: Level): LogMethod => {
    if (LEVELS.indexOf(level) < lowest) return () => {};
    return (said, given) => {
      const isText = typeof said === "string";
      const rawMessage = isText ? said : VALUE;
      const properties = isText ? resolved(given) : saying(said, given);
      const message = render(rawMessage, properties);
      send(format({ category, level, timestamp: Date.now(), message, rawMessage, properties }));
    };
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warning"),
    error: at("error"),
    getChild: (name) => makeLogger([...category, name], format, lowest, send),
  };
}

/** Splits a message as LogTape does: text and values alternate. */
function render(template: string, properties: Record<string, unknown>): unknown[] {
  const parts: unknown[] = [];
  let text = "";
  let end = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    const [found, name] = match;
    text += template.slice(end, match.index);
    end = match.index + found.length;
    if (name === undefined) text += found.charAt(0);
    else {
      parts.push(text, properties[name.trim()]);
      text = "";
    }
  }
  return [...parts, text + template.slice(end)];
}
