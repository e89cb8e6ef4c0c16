/** The Trace Context of the W3C: how a request says of which trace it is a part. */
import type { Field } from "../message.ts";

/** The span that a request comes from. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  /** Whether its sender has sampled it. */
  readonly isSampled: boolean;
}

const VALID = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
/** The version that is not allowed. */
const NO_VERSION = "ff";
const ZEROS = /^0+$/;
const SAMPLED = 1;

/**
 * Reads the traceparent of a request.
 *
 * @param fields With names in lower case.
 * @returns null if there is none, more than one, or an invalid one.
 */
export function traceParentOf(fields: readonly Field[]): TraceParent | null {
  let found: string | null = null;
  for (let i = 0; i < fields.length; i++) {
    const [name, value] = fields[i] as Field;
    if (name !== "traceparent") continue;
    if (found !== null) return null;
    found = value;
  }
  return found === null ? null : parseTraceParent(found);
}

/**
 * Parses a traceparent; of a version that does not exist yet, the part that is as in version 00.
 *
 * @returns null if it is invalid.
 */
export function parseTraceParent(text: string): TraceParent | null {
  const [, version, traceId = "", spanId = "", flags = "", rest] = VALID.exec(text) ?? [];
  if (version === undefined || version === NO_VERSION) return null;
  if (version === "00" && rest !== undefined) return null;
  if (ZEROS.test(traceId) || ZEROS.test(spanId)) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

/** Formats a traceparent of version 00. */
export function formatTraceParent(traceId: string, spanId: string, isSampled: boolean): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}
