import { thrownError } from "../../base/thrown.ts";
import type { Connection } from "../../core/connection.ts";
import type { RequestHead } from "../codec/request_head.ts";
import { type HttpError, isHttpError } from "../error.ts";
import { EndedExchange } from "../exchange.ts";
import type { HttpResponse } from "../message.ts";
import type { BodyReader } from "./body_reader.ts";
import type { HttpReports } from "./conversation_context.ts";
import { errorResponse, internalErrorResponse } from "./error_responses.ts";
import { ServedRequest } from "./served_request.ts";

/** The exchange in progress on a connection, and the reports about it. */
export class CurrentExchange {
  /** The request being served; null between two requests. */
  request: ServedRequest | null = null;
  /** Number of requests that have begun on the connection. */
  requests = 0;
  readonly #connection: Connection;
  readonly #body: BodyReader;
  readonly #reports: HttpReports;
  /** When the head arrived, by the monotonic clock; 0 if exchanges are not reported. */
  #started = 0;
  #isRefused = false;

  constructor(connection: Connection, body: BodyReader, reports: HttpReports) {
    this.#connection = connection;
    this.#body = body;
    this.#reports = reports;
  }

  /** The id of the request being served, or of the next one. */
  get id(): string {
    return this.request?.id ?? `${this.#connection.id}-${this.requests + 1}`;
  }

  begin(head: RequestHead): ServedRequest {
    this.#connection.beginRequest();
    const request = new ServedRequest(head, this.#connection, this.#body, ++this.requests);
    this.request = request;
    if (this.#reports.answered !== null) this.#started = performance.now();
    return request;
  }

  /** Reports what a handler threw, which may be anything, and returns the error response. */
  fail(request: ServedRequest, thrown: unknown): HttpResponse {
    const error = thrownError(thrown);
    const response = isHttpError(error) ? responseIn(error) : null;
    if (response === null) {
      this.#reports.failed(request.id, thrown);
      return internalErrorResponse(request.id);
    }
    if (error === this.#body.failure) {
      this.#reports.refused(request.id, this.#body.failure, this.#connection);
    }
    return response;
  }

  /** Reports that the current or next request is malformed, too large or too slow. */
  reportRefusal(error: HttpError): void {
    this.#reports.refused(this.id, error, this.#connection);
  }

  /** Reports a refusal whose error response will be recorded instead of the handler's. */
  refuse(error: HttpError): void {
    this.#isRefused = true;
    this.reportRefusal(error);
  }

  /** Ends the exchange after the response was sent. */
  end(request: ServedRequest, status: number | undefined, bodyBytes: number): void {
    this.record(request, status, bodyBytes);
    this.request = null;
    request.end();
  }

  /** Ends the exchange without a complete response; status 0 if none of it was sent. */
  lose(request: ServedRequest, status = 0, bodyBytes = 0): void {
    this.request = null;
    request.abort();
    if (!this.#isRefused) this.record(request, status, bodyBytes);
  }

  /** @param request null if the head was malformed. */
  record(request: ServedRequest | null, status = 200, bodyBytes: number): void {
    const { answered } = this.#reports;
    if (answered === null) return;
    const started = request === null ? performance.now() : this.#started;
    const number = this.requests + (request === null ? 1 : 0);
    answered(new EndedExchange(this.#connection, number, request, started, status, bodyBytes));
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
