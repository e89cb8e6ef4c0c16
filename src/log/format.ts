import type { LogLevel, LogRecord } from "@logtape/logtape";
import { eachAttribute, plainCopy } from "./attributes.ts";
import type { LogStyle } from "./logger.ts";

/** Makes one line, its newline included, of one record. */
export type LineFormat = (record: LogRecord) => string;

/** The severities' short names of OpenTelemetry's log data model. */
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

/** Names of a JSON line that an attribute must not repeat. */
const TAKEN = new Set(["timestamp", "severity", "message"]);

// Besides the C0 controls: C1 (some terminals obey it) and every character that
// some reader takes for the end of a line.
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const PLAIN = /^[^\s"'=\\]+$/;

const SHORT_ESCAPES: Record<string, string> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/**
 * Lines of JSON: `timestamp` (ISO 8601, UTC), `severity`, `message`, then the
 * attributes under their dotted names; nested objects are flattened.
 *
 * An `Error` becomes `exception.type`, `exception.message` and, where it has one,
 * `exception.cause`; a second one in the same record has its own name in front.
 * `exception.stacktrace` is added to records of level error and fatal, and to
 * every record where `stacks` is true.
 *
 * @param stacks Whether records below the level error carry stack traces too.
 */
export function jsonFormat(stacks: boolean): LineFormat {
  return function json(record) {
    const line: Record<string, unknown> = {
      timestamp: isoTime(record.timestamp),
      severity: SEVERITY[record.level],
      message: messageOf(record),
    };
    eachAttribute(record, stacks, (name, value) => {
      line[TAKEN.has(name) ? `attributes.${name}` : name] = value;
    });
    return escapeControls(JSON.stringify(line)) + "\n";
  };
}

/**
 * Lines for people: `2026-11-21T14:00:00.123Z INFO  message key=value key="a b"`.
 * The attributes are those of {@linkcode jsonFormat}. Control characters are
 * escaped, so that no value can begin a line or move the cursor.
 *
 * @param stacks As for {@linkcode jsonFormat}.
 * @param colour Whether the destination is a terminal that may have colours.
 */
export function textFormat(stacks: boolean, colour: boolean): LineFormat {
  return function text(record) {
    const time = isoTime(record.timestamp);
    const severity = SEVERITY[record.level].padEnd(5);
    let line = colour
      ? `\x1b[2m${time}\x1b[0m ${COLOUR[record.level]}${severity}\x1b[0m `
      : `${time} ${severity} `;
    line += escapeControls(messageOf(record));
    eachAttribute(record, stacks, (name, value) => {
      const pair = `${quoted(name)}=${quoted(asText(value))}`;
      line += colour ? ` \x1b[2m${pair}\x1b[0m` : ` ${pair}`;
    });
    return line + "\n";
  };
}

let lastTime = NaN;
let lastIso = "";

/** A busy server logs many records in one millisecond. */
function isoTime(milliseconds: number): string {
  if (milliseconds !== lastTime) {
    lastTime = milliseconds;
    lastIso = new Date(milliseconds).toISOString();
  }
  return lastIso;
}

function messageOf(record: LogRecord): string {
  const raw = record.rawMessage;
  // Without placeholders the message needs no rendering, which LogTape does lazily.
  if (typeof raw === "string" && !raw.includes("{")) return raw;
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

/** The result is the same text in JSON, where these characters stand only inside strings. */
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
 * The format of a style. A property of the user's with a getter that throws costs
 * its record the properties, no more.
 */
export function safeLineFormat({ level, isText, isColoured }: LogStyle): LineFormat {
  const hasStacks = level === "debug";
  const format = isText ? textFormat(hasStacks, isColoured) : jsonFormat(hasStacks);
  return (record) => {
    try {
      return format(record);
    } catch (error) {
      const message = "Cannot format a log record: a property throws";
      const properties = { error: error instanceof Error ? error : String(error) };
      return format({ ...record, message: [message], rawMessage: message, properties });
    }
  };
}
