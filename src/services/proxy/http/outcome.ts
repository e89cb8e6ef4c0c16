import { clock } from "../../../base/clock.ts";
import type { Forwarding } from "../../../core/event.ts";
import { ForwardingNote } from "../../../core/forwarding.ts";
import { ExchangeError } from "../../../http/client/exchange_error.ts";
import type { ExchangeTimeouts } from "../../../http/client/exchange_times.ts";
import type { ServedRequest } from "../../../http/conversation/served_request.ts";
import type { AttemptSpan } from "../../../http/tracing/attempt_span.ts";
import type { BoardRow } from "../../../upstream/board_row.ts";
import { faultOf, GatewayError, isOfBackend } from "./failures.ts";
import type { HttpRouteInUse } from "./http_route.ts";
import type { HttpUpstream } from "./http_upstream.ts";

/** What becomes of a request, for the access log, the log, and the judgement of its group. */
export class Outcome {
  /** For the access log. */
  readonly note: Forwarding;
  readonly #request: ServedRequest;
  readonly #group: HttpUpstream;
  #begun = 0;
  /** When it was sent to the backend where it is; 0 if its body takes a time of its own. */
  #asked = 0;
  /** The span of the attempt in progress, or of the last one; null without traces. */
  #attempt: AttemptSpan | null = null;

  constructor(request: ServedRequest, group: HttpUpstream) {
    this.note = request.forwarding = new ForwardingNote(group.name);
    this.#request = request;
    this.#group = group;
  }

  /**
   * It is to be let in.
   *
   * @throws {GatewayError} If it is not.
   */
  begin(route: HttpRouteInUse): void {
    try {
      route.enter();
    } catch (error) {
      if (error instanceof GatewayError) this.note.failure = error.fault;
      throw error;
    }
    // Not before: the breaker counts what has begun since it has let a request pass.
    this.#begun = clock();
  }

  /** Whether it has taken so many milliseconds; 0 means no limit. */
  hasTaken(total: number): boolean {
    return total > 0 && clock() - this.#begun >= total;
  }

  /** The timeouts at the next backend: of the time for the whole, it gets what the others left. */
  timeoutsOf(all: ExchangeTimeouts): ExchangeTimeouts {
    if (all.total === 0 || this.note.attempts <= 1) return all;
    return { ...all, total: Math.max(1, all.total - (clock() - this.#begun)) };
  }

  /** A connection to a backend is to be made; returns where that is noted. */
  dials(row: BoardRow): Forwarding {
    this.#beginAttempt(row);
    return this.note;
  }

  /** No connection could be made, and another backend is tried. */
  unreached(error: Error): null {
    const fault = faultOf(error);
    if (fault !== null) this.#attempt?.failed(fault);
    return null;
  }

  /** A kept connection to a backend was taken. */
  tookKept(row: BoardRow): void {
    this.#beginAttempt(row);
    this.note.attempts++;
    this.note.address = row.addressText;
    this.note.connectTime = 0;
  }

  /** It is sent to a backend. A client may be slow to send a body: that is not the backend's time. */
  asks(hasBody: boolean): void {
    this.#asked = hasBody ? 0 : clock();
  }

  /** The head of the final response has arrived. */
  answered(row: BoardRow, status: number): void {
    const now = clock();
    this.note.firstByteTime = now - this.#begun;
    if (this.#asked > 0) row.observeLatency(now - this.#asked, now);
    this.#group.answered(row, status, this.#begun, now);
    if (this.#attempt === null) return;
    this.#attempt.answered(status);
    if (status === 101) this.#attempt.end();
  }

  /** A backend has given no response, and another one is asked. */
  failedOnce(row: BoardRow, { fault }: ExchangeError): void {
    this.#attempt?.failed(fault);
    this.#group.failed(row, this.#begun);
  }

  /** The response has broken off. Not logged here: whoever sends it to the client reports that. */
  cutOff(reason: unknown, row: BoardRow): void {
    // The backend is not to blame if the client has left, or the server drains.
    if (!(reason instanceof ExchangeError)) return this.#attempt?.failed("aborted");
    const { fault } = reason;
    this.note.failure = fault;
    this.#attempt?.failed(fault);
    this.#group.failed(row, this.#begun);
  }

  /**
   * There is no response.
   *
   * @param row Where the request was; null if at no backend.
   */
  failed(error: unknown, row: BoardRow | null): void {
    const { failure } = this.note;
    const fault = this.note.failure = faultOf(error) ?? failure;
    if (fault !== null) this.#attempt?.failed(fault);
    if (this.note.failure !== failure) this.#group.report(this.#request, this.note, error);
    // A connection that could not be made was counted when that failed.
    if (row !== null && error instanceof ExchangeError) this.#group.failed(row, this.#begun);
    else if (isOfBackend(error)) this.#group.unreachable(this.#begun);
    else this.#group.abandoned(this.#begun);
  }

  /** The client is to blame that there is no response. */
  abandoned(): void {
    this.#attempt?.failed("client_left");
    this.#group.abandoned(this.#begun);
  }

  /** All is over. */
  end(): void {
    this.note.totalTime = clock() - this.#begun;
    this.#attempt?.end();
  }

  #beginAttempt(row: BoardRow): void {
    const { span } = this.#request;
    if (span === null) return;
    this.#attempt?.replaced();
    this.#attempt = span.attempt(row.addressText, this.note.group);
  }
}
