/** The lines of a spool: what is to be told and to whom, what was, and which problems last. */
import * as v from "valibot";
import type { Alert, Notice } from "./alert.ts";

const TEXTS = v.record(v.string(), v.string());
const TIME = v.pipe(v.string(), v.check((text) => !Number.isNaN(Date.parse(text))));

const ALERT: v.GenericSchema<unknown, Alert> = v.object({
  key: v.string(),
  rule: v.string(),
  severity: v.picklist(["critical", "warning", "info"]),
  state: v.picklist(["firing", "resolved"]),
  summary: v.string(),
  labels: TEXTS,
  first: TIME,
  last: TIME,
  count: v.number(),
});

const NOTICE: v.GenericSchema<unknown, Notice> = v.object({
  id: v.string(),
  alert: ALERT,
  server: v.object({
    host: v.string(),
    pid: v.number(),
    version: v.string(),
    service: v.string(),
  }),
});

const LINE = v.union([
  v.object({ notice: NOTICE, to: v.array(v.string()) }),
  v.object({ done: v.string(), to: v.string() }),
  v.object({ active: ALERT, told: v.number() }),
]);

/** A line of a spool. */
export type SpoolLine =
  /** Is to be delivered to these destinations, and its problem lasts unless it is resolved. */
  | { readonly notice: Notice; readonly to: readonly string[] }
  /** A notice was delivered to a destination. */
  | { readonly done: string; readonly to: string }
  /** A problem that lasts, and when it was told last, in milliseconds since the epoch. */
  | { readonly active: Alert; readonly told: number };

/** Reads a line; null if it is damaged. */
export function parseLine(text: string): SpoolLine | null {
  try {
    const result = v.safeParse(LINE, JSON.parse(text));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

/**
 * Whether a line has nothing of a spool. Bytes that are 0 are what a machine may leave that has lost
 * its power.
 */
export function isForeign(text: string): boolean {
  return !text.includes("\0") && !/^\{"(?:notice|done|active)":/.test(text);
}

/** Formats a line, with its newline. */
export function formatLine(line: SpoolLine): string {
  return `${JSON.stringify(line)}\n`;
}
