import type { LogLevel, LogRecord } from "@logtape/logtape";
import { CONTROLS } from "../base/printable.ts";
import { thrownValue } from "../base/thrown.ts";
import { eachAttribute, plainCopy, shortened } from "./attributes.ts";
import type { LogStyle } from "./logger.ts";

/** Formats a record as one line, with its newline. */
export type LineFormat = (record: LogRecord) => string;

/** The short names of severities in OpenTelemetry's log data model. */
const SEVERITY: Record<LogLevel, string> = {
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO",
  warning: "WARN",
  error: "ERROR",
  fatal: "FATAL",
};

const COLOUR: Record<LogLevel, string> = {
  trace: "\x1b[2m",
  debug: "\x1b[2m",
  info: "\x1b[32m",
  warning: "\x1b[33m",
  error: "\x1b[31m",
  fatal: "\x1b[31m",
};

/** The fields of a JSON line, which an attribute must not overwrite. */
const TAKEN = new Set(["timestamp", "severity", "message"]);

/** Without the flag `g`, which makes `test` stateful. */
const CONTROL = new RegExp(CONTROLS.source);
const PLAIN = /^[^\s"'=\\]+$/;

const SHORT_ESCAPES: Record<string, string> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

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

let lastTime = NaN;
let lastIso = "";

/** Caches the last result: a busy server logs many records per millisecond. */
function isoTime(milliseconds: number): string {
  if (milliseconds !== lastTime) {
    lastTime = milliseconds;
    lastIso = new Date(milliseconds).toISOString();
  }
  return lastIso;
}

function messageOf(record: LogRecord): string {
  const raw = record.rawMessage;
  // LogTape renders messages lazily, and one without placeholders needs no rendering; so
  // LogTape leaves its closing braces escaped.
  if (typeof raw === "string" && !raw.includes("{")) return raw.replaceAll("}}", "}");
  let message = "";
  for (let i = 0; i < record.message.length; i++) {
    const part = record.message[i];
    if (i % 2 === 0) message += part;
    else message += part instanceof Error ? part.message : asText(plainCopy(part));
  }
  return message;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function quoted(text: string): string {
  if (PLAIN.test(text) && !CONTROL.test(text)) return text;
  const inner = text.replace(/["\\]/g, "\\$&");
  return `"${escapeControls(inner)}"`;
}

/** Also works on JSON, where these characters occur only in strings, which keep their value. */
function escapeControls(text: string): string {
  if (!CONTROL.test(text)) return text;
  return text.replace(
    CONTROLS,
    (char) =>
      SHORT_ESCAPES[char] ??
        `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * The format of a style. A record whose properties cannot be read, because a
 * user's getter throws, becomes a record of that error, at the same level.
 */
export function safeLineFormat({ level, isText, isColoured }: LogStyle): LineFormat {
  const hasStacks = level === "debug";
  const format = isText ? textFormat(hasStacks, isColoured) : jsonFormat(hasStacks);
  return (record) => {
    try {
      return format(record);
    } catch (error) {
      const message = "Cannot format a log record: a property throws";
      const properties = { error: thrownValue(error) };
      return format({ ...record, message: [message], rawMessage: message, properties });
    }
  };
}
