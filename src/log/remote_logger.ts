import { type LineFormat, safeLineFormat } from "./format.ts";
import { type Level, Threshold } from "./level.ts";
import type { TakeRecord } from "./log_lines.ts";
import { type Logger, type LogMethod, type LogStyle, resolved, saying, VALUE } from "./logger.ts";
import { recordData } from "./recent_records.ts";

const PLACEHOLDER = /\{\{|\}\}|\{([^{}]+)\}/g;

/**
 * The logger of a thread or process: formats lines and sends them to the parent,
 * which owns the log. Does without LogTape, which would make the runtime load its
 * Node library: 3 MB per thread.
 *
 * @param threshold Which records are logged, from now on as it says.
 */
export function remoteLogger(
  style: LogStyle,
  send: TakeRecord,
  threshold: Threshold = new Threshold(style.level),
): Logger {
  const format = safeLineFormat(style, threshold);
  return makeLogger(["sluice"], { format, threshold, send, isWatched: style.isWatched === true });
}

/** How records are logged. */
interface Way {
  readonly format: LineFormat;
  readonly threshold: Threshold;
  readonly send: TakeRecord;
  readonly isWatched: boolean;
}

function makeLogger(category: readonly string[], way: Way): Logger {
  const { format, threshold, send, isWatched } = way;
  const at = (level: Level): LogMethod => (said, given) => {
    if (!threshold.admits(level)) return;
    const isText = typeof said === "string";
    const rawMessage = isText ? said : VALUE;
    const properties = isText ? resolved(given) : saying(said, given);
    const message = render(rawMessage, properties);
    const record = { category, level, timestamp: Date.now(), message, rawMessage, properties };
    send(format(record), level, isWatched ? recordData(record, threshold.admits("debug")) : null);
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warning"),
    error: at("error"),
    getChild: (name) => makeLogger([...category, name], way),
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
