import {
  type Attributes,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from "@opentelemetry/api";
import { addServer, methodAttributes, spanName } from "./attributes.ts";
import { formatTraceParent } from "./trace_parent.ts";

/** The lowest status by which a server says that the request has failed. */
const FAILED = 400;

/**
 * Wraps `fetch`: what is sent while a span is active becomes its child, and says so in its
 * `traceparent`, as the runtime does it where it makes spans itself.
 */
export function tracedFetch(tracer: Tracer, fetch: typeof globalThis.fetch): typeof fetch {
  return async (input, init) => {
    if (trace.getActiveSpan() === undefined) return await fetch(input, init);
    const request = new Request(input, init);
    const span = tracer.startSpan(spanName(request.method, null), {
      kind: SpanKind.CLIENT,
      attributes: attributesOf(request),
    });
    inject(request, span);
    try {
      // A request does not keep the client that it shall be sent with.
      const client = init !== undefined && "client" in init ? { client: init.client } : {};
      const response = await context.with(
        trace.setSpan(context.active(), span),
        () => fetch(request, client as RequestInit),
      );
      answered(span, response.status);
      return response;
    } catch (error) {
      failed(span, error instanceof Error ? error.name : "_OTHER");
      throw error;
    } finally {
      span.end();
    }
  };
}

/** Without the query: that may hold secrets. */
function attributesOf({ method, url }: Request): Attributes {
  const { origin, pathname, host } = new URL(url);
  const attributes = methodAttributes(method);
  attributes["url.full"] = `${origin}${pathname}`;
  addServer(attributes, host);
  return attributes;
}

function inject(request: Request, span: Span): void {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
  request.headers.set("traceparent", formatTraceParent(traceId, spanId, isSampled));
}

function answered(span: Span, status: number): void {
  span.setAttribute("http.response.status_code", status);
  if (status >= FAILED) failed(span, String(status));
}

function failed(span: Span, errorType: string): void {
  span.setAttribute("error.type", errorType).setStatus({ code: SpanStatusCode.ERROR });
}
