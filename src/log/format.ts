import type { LogRecord } from "@logtape/logtape";
import { thrownValue } from "../base/thrown.ts";
import { eachAttribute, shortened } from "./attributes.ts";
import { isoTime } from "./iso_time.ts";
import { Threshold } from "./level.ts";
import type { LogStyle } from "./logger.ts";
import { asText, COLOUR, escapeControls, messageOf, quoted, SEVERITY } from "./record_text.ts";
import { terminalFormat } from "./terminal_format.ts";

/** Formats a record as one line, with its newline; for a terminal, as one or more. */
export type LineFormat = (record: LogRecord) => string;

/** The fields of a JSON line, which an attribute must not overwrite. */
const TAKEN = new Set(["timestamp", "severity", "message"]);

/**
 * Lines of JSON: `timestamp` (ISO 8601, UTC), `severity`, `message`, then the
 * attributes. Nested objects are flattened to dotted names.
 *
 * An `Error` becomes `exception.type`, `exception.message` and, if it has one,
 * `exception.cause`; further errors in the same record are prefixed with the name of
 * their attribute. Records of level error and fatal also get `exception.stacktrace`.
 *
 * @param stacks Whether records below level error get stack traces, too.
 */
function jsonFormat(stacks: boolean): LineFormat {
  return function json(record) {
    const line: Record<string, unknown> = {
      timestamp: isoTime(record.timestamp),
      severity: SEVERITY[record.level],
      message: shortened(messageOf(record)),
    };
    eachAttribute(record, stacks, (name, value) => {
      line[TAKEN.has(name) ? `attributes.${name}` : name] = value;
    });
    return escapeControls(JSON.stringify(line)) + "\n";
  };
}

/**
 * Lines for people: `2026-11-21T14:00:00.123Z INFO  message key=value key="a b"`,
 * with the attributes of {@linkcode jsonFormat}. Control characters are escaped,
 * so that no value can start a line or move the cursor.
 *
 * @param stacks As in {@linkcode jsonFormat}.
 * @param colour Whether to write colours for a terminal.
 */
function textFormat(stacks: boolean, colour: boolean): LineFormat {
  return function text(record) {
    const time = isoTime(record.timestamp);
    const severity = SEVERITY[record.level].padEnd(5);
    let line = colour
      ? `\x1b[2m${time}\x1b[0m ${COLOUR[record.level]}${severity}\x1b[0m `
      : `${time} ${severity} `;
    line += escapeControls(shortened(messageOf(record)));
    eachAttribute(record, stacks, (name, value) => {
      const pair = `${quoted(name)}=${quoted(asText(value))}`;
      line += colour ? ` \x1b[2m${pair}\x1b[0m` : ` ${pair}`;
    });
    return line + "\n";
  };
}

/**
 * The format of a style. A record whose properties cannot be read, because a
 * user's getter throws, becomes a record of that error, at the same level.
 *
 * @param threshold While it is debug, all errors have whole stack traces.
 */
export function safeLineFormat(
  style: LogStyle,
  threshold: Threshold = new Threshold(style.level),
): LineFormat {
  const usual = lineFormat(style, false);
  const detailed = lineFormat(style, true);
  return (record) => {
    const format = threshold.admits("debug") ? detailed : usual;
    try {
      return format(record);
    } catch (error) {
      const message = "Cannot format a log record: a property throws";
      const properties = { error: thrownValue(error) };
      return format({ ...record, message: [message], rawMessage: message, properties });
    }
  };
}

function lineFormat({ isText, isColoured, columns }: LogStyle, hasStacks: boolean): LineFormat {
  if (columns !== null) return terminalFormat(hasStacks, isColoured, columns);
  return isText ? textFormat(hasStacks, isColoured) : jsonFormat(hasStacks);
}
