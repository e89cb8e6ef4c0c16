/** What names a span of a trace, in OpenTelemetry's words. */
export interface TraceIds {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

/** The attributes by which a record of the log names its span; none without one. */
export function traceAttributes(
  ids: TraceIds | null,
): { readonly trace_id?: string; readonly span_id?: string } {
  return ids === null ? {} : { trace_id: ids.traceId, span_id: ids.spanId };
}
