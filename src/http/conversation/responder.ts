import type { Connection } from "../../core/connection.ts";
import type { Sweep } from "../../core/deadlines.ts";
import { ConnectionError, isOfClient } from "../../core/errors.ts";
import type { EndedBy } from "../../core/event.ts";
import { isHttpError, RequestAbortedError } from "../error.ts";
import { lostStatus } from "../exchange.ts";
import { type HttpResponse, isSource } from "../message.ts";
import type { BodyReader } from "./body_reader.ts";
import type { ConversationContext } from "./conversation_context.ts";
import type { CurrentExchange } from "./current_exchange.ts";
import { discard } from "./discard.ts";
import { isLastResponse } from "./keep_alive_policy.ts";
import type { ResponseWriter } from "./response_writer.ts";
import type { ServedRequest } from "./served_request.ts";
import { SourceWatch } from "./source_watch.ts";

/** Sends the responses of one connection, and prepares it for the next request. */
export class Responder {
  readonly #connection: Connection;
  readonly #context: ConversationContext;
  readonly #exchange: CurrentExchange;
  readonly #body: BodyReader;
  readonly #writer: ResponseWriter;
  readonly #sweep: Sweep;
  /** Made for the first response from a source. */
  #watch: SourceWatch | null = null;

  /** @param sweep Watches the clients of responses from a source. */
  constructor(
    connection: Connection,
    context: ConversationContext,
    exchange: CurrentExchange,
    body: BodyReader,
    writer: ResponseWriter,
    sweep: Sweep,
  ) {
    this.#connection = connection;
    this.#context = context;
    this.#exchange = exchange;
    this.#body = body;
    this.#writer = writer;
    this.#sweep = sweep;
  }

  /**
   * Sends a response, which ends the exchange.
   *
   * @returns Whether the connection persists; a promise if that takes time.
   * @throws {ConnectionError} If the connection is over.
   */
  respond(request: ServedRequest, given: HttpResponse): boolean | Promise<boolean> {
    let response = given;
    let isLast: boolean;
    let sent: number | Promise<number>;
    try {
      isLast = this.#isLast(request, response);
      sent = this.#writer.write(request.head, response, isLast);
    } catch (error) {
      // The response is invalid, and none of it was sent.
      discard(response);
      response = this.#exchange.fail(request, error);
      isLast = this.#isLast(request, response);
      sent = this.#writer.write(request.head, response, isLast);
    }
    return typeof sent === "number"
      ? this.#end(request, response, sent, isLast)
      : this.#endLater(request, response, sent, isLast);
  }

  #isLast(request: ServedRequest, response: HttpResponse): boolean {
    // The source may read the request's body, which the client may be holding back.
    const { body } = response;
    if (isSource(body) && body.readsRequest !== false) this.#body.continue();
    return this.#exchange.requests === this.#context.options.maxKeepAliveRequests ||
      isLastResponse(request.head, response, this.#connection, this.#body, this.#context);
  }

  async #endLater(
    request: ServedRequest,
    response: HttpResponse,
    sending: Promise<number>,
    isLast: boolean,
  ): Promise<boolean> {
    const before = this.#connection.bytesOut;
    let sent = 0;
    try {
      sent = isSource(response.body) ? await this.#watched(sending) : await sending;
    } catch (error) {
      const hasBegun = this.#connection.bytesOut > before;
      const status = hasBegun ? response.status ?? 200 : lostStatus(error);
      return await this.#lose(request, status, error);
    }
    return await this.#end(request, response, sent, isLast);
  }

  /** Ends an exchange whose response could not be sent completely. */
  async #lose(
    request: ServedRequest,
    status: number,
    error: unknown,
  ): Promise<boolean> {
    const isDrained = error instanceof ConnectionError && error.endedBy === "drain";
    const { failure } = this.#body;
    // The source has read the body of the request, which is malformed or too large.
    const isRefused = failure !== null && error === failure;
    if (isRefused) this.#exchange.reportRefusal(failure);
    if (isDrained) request.abort(new RequestAbortedError("The server drains", "AbortError"));
    this.#exchange.lose(request, status, this.#writer.sources.sent);
    // The client must be able to read what was sent so far.
    if (isDrained) await this.#connection.finish("drain");
    if (isOfClient(error)) throw error;
    if (isRefused) {
      this.#cutOff(request, failure.status === 400 ? "server" : "limit");
    } else if (error instanceof ConnectionError) {
      this.#context.reports.broken(request, error);
      this.#cutOff(request, "upstream");
    } else {
      this.#context.reports.failed(request, error);
      this.#cutOff(request, "error");
    }
    return false;
  }

  /** Closes the connection: only that can still tell the client that the response is incomplete. */
  #cutOff(request: ServedRequest, endedBy: EndedBy): void {
    // To a client of HTTP/1.0, the end of the connection may be that of the body.
    if (request.head.minor === 0) this.#connection.resetAs(endedBy);
    else this.#connection.endAs(endedBy);
  }

  /** Waits until a body from a source is sent. */
  async #watched(sending: Promise<number>): Promise<number> {
    const watch = this.#watch ??= new SourceWatch(
      this.#connection,
      this.#body,
      this.#writer.sources,
      this.#sweep,
    );
    watch.begin();
    try {
      return await sending;
    } finally {
      watch.end();
    }
  }

  #end(
    request: ServedRequest,
    { status }: HttpResponse,
    sent: number,
    isLast: boolean,
  ): boolean | Promise<boolean> {
    this.#exchange.end(request, status, sent);
    this.#body.revoke();
    if (isLast || !this.#body.canSkip()) {
      // The rest of a body that was refused is still under way.
      const isAll = this.#body.isOver && this.#body.failure === null;
      if (!request.head.keepAlive && isAll) this.#connection.announceEnd();
      return false;
    }
    if (!this.#body.isOver) return this.#skipBody();
    this.#body.end();
    return true;
  }

  /** Skips what the handler has not read of the body, to get to the next request. */
  async #skipBody(): Promise<boolean> {
    try {
      await this.#body.skip();
      this.#body.end();
      return true;
    } catch (error) {
      // It is too late for an error response.
      if (isHttpError(error)) return false;
      throw error;
    }
  }
}
