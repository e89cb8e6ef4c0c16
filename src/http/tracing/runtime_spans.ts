import { trace } from "@opentelemetry/api";

/** Whether the runtime makes spans; in a compiled program it does only if it did at that time. */
export function isTracedByRuntime(): boolean {
  return trace.isSpanContextValid(trace.getTracer("sluice").startSpan("").spanContext());
}
