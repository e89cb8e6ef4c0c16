import * as v from "valibot";
import { EXIT, type ExitCode, ExitError } from "../base/exit.ts";
import { printable } from "../base/printable.ts";
import type { Status } from "../ops/status/status.ts";
import { quote } from "../settings/found.ts";
import { MAX_TEXT } from "./max_text.ts";
import { statusSchema } from "./status_schema.ts";

/**
 * Reads a status as JSON.
 *
 * @param source What the text is, as named in messages: `the status file "s.json"`.
 * @throws {ExitError} 78 if it is not a status.
 */
export function parseStatus(source: string, text: string): Status {
  return parseJson(statusSchema, source, text);
}

/**
 * Reads JSON of some shape, whose messages complete the words "expected ...".
 *
 * @throws {ExitError} 78 if the text has another shape.
 */
export function parseJson<T>(
  schema: v.GenericSchema<unknown, T>,
  source: string,
  text: string,
): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const found = text.trim() === "" ? "nothing" : quote(text);
    throw cannotRead(source, `found ${found}, expected JSON`, EXIT.config);
  }
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = v.getDotPath(issue);
  const found = issue.input === undefined ? "nothing" : quote(issue.input);
  const where = place === null ? "" : ` in ${place}`;
  throw cannotRead(source, `found ${found}${where}, expected ${issue.message}`, EXIT.config);
}

/** The error for something that cannot be read, as a line of limited length. */
export function cannotRead(source: string, reason: string, exitCode: ExitCode): ExitError {
  return new ExitError(printable(`Cannot read ${source}: ${reason}`, MAX_TEXT), exitCode);
}
