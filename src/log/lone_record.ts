import { writeText } from "../base/write_text.ts";
import { safeLineFormat } from "./format.ts";
import { type LogSettings, logStyle } from "./log_style.ts";

/**
 * Writes one record, at level `warning`, as an open log would: for a process that has none. It
 * goes to standard output like the log; if that is a file, to standard error, since the file
 * belongs to another process.
 */
export function writeLoneRecord(
  settings: LogSettings,
  message: string,
  properties: Record<string, unknown>,
): void {
  const line = safeLineFormat(logStyle(settings))({
    category: ["sluice"],
    level: "warning",
    timestamp: Date.now(),
    message: [message],
    rawMessage: message,
    properties,
  });
  writeText(settings.file === null ? Deno.stdout : Deno.stderr, line);
}
