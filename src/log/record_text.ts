/** The parts of a record as text. */
import type { LogLevel, LogRecord } from "@logtape/logtape";
import { CONTROLS } from "../base/printable.ts";
import { plainCopy } from "./attributes.ts";

/** The short names of severities in OpenTelemetry's log data model. */
export const SEVERITY: Record<LogLevel, string> = {
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO",
  warning: "WARN",
  error: "ERROR",
  fatal: "FATAL",
};

/** Colours of terminals by level. */
export const COLOUR: Record<LogLevel, string> = {
  trace: "\x1b[2m",
  debug: "\x1b[2m",
  info: "\x1b[32m",
  warning: "\x1b[33m",
  error: "\x1b[31m",
  fatal: "\x1b[31m",
};

/** Without the flag `g`, which makes `test` stateful. */
const CONTROL = new RegExp(CONTROLS.source);
const PLAIN = /^[^\s"'=\\]+$/;

const SHORT_ESCAPES: Record<string, string> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** The message, with its values filled in. */
export function messageOf(record: LogRecord): string {
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

/** A value as text: JSON, unless it is text already. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A text for `key=value`: in quotation marks if it needs them. */
export function quoted(text: string): string {
  if (PLAIN.test(text) && !CONTROL.test(text)) return text;
  const inner = text.replace(/["\\]/g, "\\$&");
  return `"${escapeControls(inner)}"`;
}

/**
 * Escapes control characters. Also works on JSON, where these characters occur only in strings, which keep
 * their value.
 */
export function escapeControls(text: string): string {
  if (!CONTROL.test(text)) return text;
  return text.replace(
    CONTROLS,
    (char) =>
      SHORT_ESCAPES[char] ??
        `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
