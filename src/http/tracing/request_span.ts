import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from "@opentelemetry/api";
import type { TraceIds } from "../../base/trace_ids.ts";
import type { Field, HttpRequest } from "../message.ts";
import { CLIENT_LEFT } from "../status.ts";
import { AttemptSpan } from "./attempt_span.ts";
import { addServer, methodAttributes, spanName } from "./attributes.ts";
import { formatTraceParent } from "./trace_parent.ts";

/** The lowest status by which the server says that it has failed. */
const SERVER_ERROR = 500;

/** What the spans of a lane share. */
export interface TracedLane {
  readonly tracer: Tracer;
  /** The path of the route that has served a request; null if there is none. */
  readonly routeOf: (request: HttpRequest) => string | null;
}

/** The server span of a request, from the arrival of its head to the end of its response. */
export class RequestSpan implements TraceIds {
  readonly traceId: string;
  readonly spanId: string;
  /** Whether it is sent; if not, it only names the trace. */
  readonly isSampled: boolean;
  /** Whether a backend must not get the tracestate of the client, which has no valid parent. */
  readonly dropsState: boolean;
  readonly #lane: TracedLane;
  readonly #request: HttpRequest;
  readonly #span: Span;
  #attempt: AttemptSpan | null = null;
  /** Counts the attempts to send the request on. */
  #attempts = 0;
  #route: string | null = null;
  #errorType: string | null = null;
  #isEnded = false;

  /**
   * @param span It has begun.
   * @param hasParent Whether the request says validly which trace it is a part of.
   */
  constructor(lane: TracedLane, request: HttpRequest, span: Span, hasParent: boolean) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceId = traceId;
    this.spanId = spanId;
    this.isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    this.dropsState = !hasParent;
    this.#lane = lane;
    this.#request = request;
    this.#span = span;
  }

  /** Calls a function whose own spans become children of this one, also after it has waited. */
  run<A extends unknown[], R>(act: (...values: A) => R, ...values: A): R {
    return context.with(this.#context, act, undefined, ...values);
  }

  /** The handler itself knows the route of the request. */
  routed(route: string): void {
    this.#route = route;
  }

  /** The handler threw. */
  failed({ name }: Error): void {
    this.#errorType = String(name);
  }

  /**
   * Begins an attempt to send the request on, of which backends are told from now on.
   *
   * @param address That of the backend.
   */
  attempt(address: string, group: string): AttemptSpan {
    const resends = this.#attempts++;
    if (!this.isSampled) return this.#attempt = new AttemptSpan(null);
    const { method } = this.#request;
    const attributes = methodAttributes(method);
    addServer(attributes, address);
    attributes["network.protocol.version"] = "1.1";
    attributes["sluice.upstream.group"] = group;
    if (resends > 0) attributes["http.request.resend_count"] = resends;
    const options = { kind: SpanKind.CLIENT, attributes };
    const span = this.#lane.tracer.startSpan(spanName(method, null), options, this.#context);
    return this.#attempt = new AttemptSpan(span);
  }

  /** The field that tells a backend which span it works for. */
  get outgoing(): readonly Field[] {
    const spanId = this.#attempt?.spanId ?? this.spanId;
    const value = formatTraceParent(this.traceId, spanId, this.isSampled);
    return [["traceparent", value]];
  }

  /**
   * Ends the span; only the first time.
   *
   * @param status 0 if nothing of a response was sent.
   * @param isWhole Whether all of the response was sent.
   */
  end(status: number, isWhole: boolean): void {
    if (this.#isEnded || !this.isSampled) return;
    this.#isEnded = true;
    const span = this.#span;
    if (status !== 0 && status !== CLIENT_LEFT) {
      span.setAttribute("http.response.status_code", status);
    }
    const route = this.#route ?? this.#lane.routeOf(this.#request);
    if (route !== null) {
      span.updateName(spanName(this.#request.method, route)).setAttribute("http.route", route);
    }
    const failure = this.#failureOf(status, isWhole);
    if (failure !== null) {
      span.setAttribute("error.type", failure).setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }

  get #context(): Context {
    return trace.setSpan(ROOT_CONTEXT, this.#span);
  }

  #failureOf(status: number, isWhole: boolean): string | null {
    if (status >= SERVER_ERROR) return this.#errorType ?? String(status);
    if (isWhole) return null;
    return status === CLIENT_LEFT ? "client_left" : "aborted";
  }
}
