import { type Span, SpanStatusCode } from "@opentelemetry/api";

/** The lowest status by which a server says that the request has failed. */
const FAILED = 400;

/** The client span of an attempt to send a request on to a backend. */
export class AttemptSpan {
  /** null if it is not sampled. */
  readonly spanId: string | null;
  #span: Span | null;
  #errorType: string | null = null;
  #isAnswered = false;

  /** @param span null if it is not sampled. */
  constructor(span: Span | null) {
    this.#span = span;
    this.spanId = span?.spanContext().spanId ?? null;
  }

  /** The head of the response has arrived. */
  answered(status: number): void {
    this.#isAnswered = true;
    if (status >= FAILED) this.#errorType = String(status);
    this.#span?.setAttribute("http.response.status_code", status);
  }

  /** There is no response, or not all of one; the last word about the failure holds. */
  failed(errorType: string): void {
    this.#errorType = errorType;
  }

  /** Another attempt follows: if nothing else is known, a kept connection was dead. */
  replaced(): void {
    if (!this.#isAnswered) this.#errorType ??= "connection_terminated";
    this.end();
  }

  /** Ends the span; only the first time. */
  end(): void {
    const span = this.#span;
    if (span === null) return;
    this.#span = null;
    if (this.#errorType !== null) {
      span.setAttribute("error.type", this.#errorType).setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }
}
