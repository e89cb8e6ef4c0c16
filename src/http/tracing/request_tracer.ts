import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import type { Sampling } from "../../base/sampling.ts";
import type { HttpRequest } from "../message.ts";
import { requestAttributes, spanName, type TracedRequest } from "./attributes.ts";
import { RequestSpan, type TracedLane } from "./request_span.ts";
import { Sampler } from "./sampler.ts";
import { type TraceParent, traceParentOf } from "./trace_parent.ts";

/** The name of the instrumentation scope. */
const NAME = "sluice";
const OPTIONS = { kind: SpanKind.SERVER };
/** The sizes of ids, in bytes. */
const [TRACE_ID, SPAN_ID] = [16, 8];

// Taken before a handler can replace it: it shares the globals of its thread with the lane.
const randomValues = crypto.getRandomValues.bind(crypto);

/** Begins the spans of the requests of a lane; loaded only where traces are on. */
export class RequestTracer {
  readonly #lane: TracedLane;
  readonly #sampler: Sampler;
  readonly #worker: number;

  /**
   * @param worker The number of the lane.
   * @param routeOf Returns the path of the route that has served a request; null if there is none.
   */
  constructor(
    sampling: Sampling,
    worker: number,
    routeOf: (request: HttpRequest) => string | null,
  ) {
    const tracer = trace.getTracer(NAME);
    this.#lane = { tracer, routeOf };
    this.#sampler = new Sampler(sampling, tracer);
    this.#worker = worker;
  }

  /** Begins the span of a request whose head has arrived. */
  begin(request: TracedRequest & HttpRequest): RequestSpan {
    const parent = traceParentOf(request.headers);
    const span = this.#sampler.decide(parent) === "not sampled"
      ? unsampledSpan(parent)
      : this.#start(request, parent);
    const begun = new RequestSpan(this.#lane, request, span, parent !== null);
    if (begun.isSampled) span.setAttributes(requestAttributes(request, this.#worker));
    return begun;
  }

  #start({ method }: TracedRequest, parent: TraceParent | null): Span {
    const around = parent === null ? ROOT_CONTEXT : contextOf(parent);
    return this.#lane.tracer.startSpan(spanName(method, null), OPTIONS, around);
  }
}

/** A span that is only named in records, and in what is sent on. */
function unsampledSpan(parent: TraceParent | null): Span {
  const traceId = parent?.traceId ?? randomId(TRACE_ID);
  return trace.wrapSpanContext({ traceId, spanId: randomId(SPAN_ID), traceFlags: TraceFlags.NONE });
}

function contextOf({ traceId, spanId, isSampled }: TraceParent): Context {
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

function randomId(bytes: number): string {
  return randomValues(new Uint8Array(bytes)).toHex();
}
