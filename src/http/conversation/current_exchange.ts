import { thrownError } from "../../base/thrown.ts";
import type { Connection } from "../../core/connection.ts";
import type { RequestHead } from "../codec/request_head.ts";
import { type HttpError, isHttpError } from "../error.ts";
import { EndedExchange } from "../exchange.ts";
import type { HttpResponse } from "../message.ts";
import { CLIENT_LEFT } from "../status.ts";
import type { ConversationContext, HttpReports, Meter } from "./conversation_context.ts";
import type { RequestTracer } from "../tracing/request_tracer.ts";
import { errorResponse, internalErrorResponse } from "./error_responses.ts";
import type { RequestReader } from "./request_reader.ts";
import { ServedRequest } from "./served_request.ts";

/** The exchange in progress on a connection, and the reports about it. */
export class CurrentExchange {
  /** The request being served; null between two requests. */
  request: ServedRequest | null = null;
  /** Number of requests that have begun on the connection. */
  requests = 0;
  readonly #connection: Connection;
  readonly #reader: RequestReader;
  readonly #reports: HttpReports;
  readonly #meter: Meter | null;
  readonly #tracer: RequestTracer | null;
  /** When the head arrived, by the monotonic clock; 0 if exchanges are neither reported nor measured. */
  #started = 0;
  #isRefused = false;
  /** A request that was refused before it began, if its request line is valid. */
  #begun: ServedRequest | null = null;

  constructor(
    connection: Connection,
    reader: RequestReader,
    { reports, clients, tracer }: Pick<ConversationContext, "reports" | "clients" | "tracer">,
  ) {
    if (clients?.trusts(connection.remoteAddr) === true) reader.body.clients = clients;
    this.#connection = connection;
    this.#reader = reader;
    this.#reports = reports;
    this.#meter = reports.meter;
    this.#tracer = tracer;
  }

  /** The id of the request being served, or of the next one. */
  get id(): string {
    return this.request?.id ?? `${this.#nextId}-${this.requests + 1}`;
  }

  begin(head: RequestHead): ServedRequest {
    this.#connection.beginRequest();
    const request = this.#make(head, ++this.requests);
    this.request = request;
    if (this.#meter !== null) this.#started = this.#meter.now();
    else if (this.#reports.answered !== null) this.#started = performance.now();
    if (this.#tracer !== null) request.span = this.#tracer.begin(request);
    return request;
  }

  /** Reports what a handler threw, which may be anything, and returns the error response. */
  fail(request: ServedRequest, thrown: unknown): HttpResponse {
    const error = thrownError(thrown);
    const response = isHttpError(error) ? responseIn(error) : null;
    if (response === null) {
      request.span?.failed(error);
      this.#reports.failed(request, thrown);
      return internalErrorResponse(request.id);
    }
    const { failure } = this.#reader.body;
    if (error === failure) this.reportRefusal(failure);
    return response;
  }

  /** Reports that the current or next request is malformed, too large or too slow. */
  reportRefusal(error: HttpError): void {
    const { id } = this;
    const request = this.request ?? this.#findBegun();
    const { remoteAddr } = request ?? this.#connection;
    this.#reports.refused({ id, error, remoteAddr, request });
  }

  /** Reports a refusal whose error response will be recorded instead of the handler's. */
  refuse(error: HttpError): void {
    this.#isRefused = true;
    this.reportRefusal(error);
  }

  /** Ends the exchange after the response was sent. */
  end(request: ServedRequest, status: number | undefined, bodyBytes: number): void {
    request.span?.end(status ?? 200, true);
    this.#record(request, status, bodyBytes);
    this.request = null;
    request.end();
  }

  /**
   * Ends the exchange without a complete response.
   *
   * @param status If none of it was sent, as {@linkcode lostStatus} says.
   */
  lose(request: ServedRequest, status: number, bodyBytes = 0): void {
    this.request = null;
    request.abort();
    if (this.#isRefused) return;
    request.span?.end(status, false);
    this.#record(request, status, bodyBytes);
  }

  /**
   * Records an exchange that {@linkcode refuse} has ended, once the error response was sent.
   *
   * @param request null if it had not begun.
   */
  recordRefusal(request: ServedRequest | null, status: number, bodyBytes: number): void {
    this.#meterRefusal(request, status);
    request?.span?.end(status, true);
    const { answered } = this.#reports;
    if (answered === null) return;
    if (request !== null) return this.#report(answered, request, status, bodyBytes);
    const [number, now] = [this.requests + 1, performance.now()];
    const connection = { id: this.#nextId, remoteAddr: this.#connection.remoteAddr };
    answered(new EndedExchange(connection, number, this.#begun, now, status, bodyBytes));
  }

  /** What the id of the next request begins with. */
  get #nextId(): string {
    return `${this.#reader.body.idPrefix}${this.#connection.id}`;
  }

  /** The client of a request that {@linkcode refuse} has ended left before the error response was sent. */
  loseRefusal(request: ServedRequest | null): void {
    this.#meterRefusal(request, CLIENT_LEFT);
  }

  /** What is known of a request that has not begun; null if nothing is. */
  #findBegun(): ServedRequest | null {
    const { begun, begunLine } = this.#reader;
    if (begun !== null) {
      begun.keep();
      return this.#begun = this.#make(begun, this.requests + 1);
    }
    return begunLine === null ? null : this.#make(begunLine, this.requests + 1);
  }

  #make(head: RequestHead, number: number): ServedRequest {
    return new ServedRequest(head, this.#connection, this.#reader.body, number);
  }

  #record(request: ServedRequest, status = 200, bodyBytes: number): void {
    this.#meter?.answered(request.method, status, this.#started);
    const { answered } = this.#reports;
    if (answered !== null) this.#report(answered, request, status, bodyBytes);
  }

  /** A request that has not begun took no time. */
  #meterRefusal(request: ServedRequest | null, status: number): void {
    const meter = this.#meter;
    if (meter === null) return;
    const { method = "" } = request ?? this.#begun ?? {};
    meter.answered(method, status, request === null ? meter.now() : this.#started);
  }

  #report(
    answered: NonNullable<HttpReports["answered"]>,
    request: ServedRequest,
    status: number,
    bodyBytes: number,
  ): void {
    const { requests } = this;
    answered(
      new EndedExchange(this.#connection, requests, request, this.#started, status, bodyBytes),
    );
  }
}

/** The response of an HttpError; null if it only looks like one. */
function responseIn(error: HttpError): HttpResponse | null {
  try {
    return errorResponse(error);
  } catch {
    return null;
  }
}
