import { workFor } from "../../base/current_work.ts";
import { thrownError } from "../../base/thrown.ts";
import type { Connection } from "../../core/connection.ts";
import type { Clock, Timed } from "../../core/deadlines.ts";
import type { EndedBy } from "../../core/event.ts";
import type { RequestHead } from "../codec/request_head.ts";
import { type HttpError, isHttpError, RequestAbortedError } from "../error.ts";
import { lostStatus } from "../exchange.ts";
import type { HttpResponse } from "../message.ts";
import { afterFlush } from "./after_flush.ts";
import type { BodyReader } from "./body_reader.ts";
import type { ConversationContext, OpenConversation } from "./conversation_context.ts";
import { CurrentExchange } from "./current_exchange.ts";
import { discard } from "./discard.ts";
import { errorResponse } from "./error_responses.ts";
import { Output } from "./output.ts";
import { RequestReader } from "./request_reader.ts";
import { Responder } from "./responder.ts";
import { ResponseWriter } from "./response_writer.ts";
import type { ServedRequest } from "./served_request.ts";
import { checkTimeouts, type RequestPhase } from "./timeout_policy.ts";
import { checkUpgrade } from "./upgrade.ts";

/** One HTTP/1.1 connection: serves its requests, in order, until a response is the last. */
export class Conversation implements Timed, OpenConversation {
  readonly #connection: Connection;
  readonly #context: ConversationContext;
  readonly #output: Output;
  readonly #reader: RequestReader;
  readonly #body: BodyReader;
  readonly #writer: ResponseWriter;
  readonly #exchange: CurrentExchange;
  readonly #responder: Responder;
  readonly #clock: Clock;
  /** Among the open conversations of the lane. */
  readonly #place: number;
  #phase: RequestPhase = "idle";
  /** When the phase began, by the clock. */
  #since: number;
  /** Stops waiting for the handler's response. */
  #stopWaiting: (() => void) | null = null;
  /** Settles once the server has ended the connection; null until it begins to. */
  #ending: Promise<void> | null = null;

  constructor(connection: Connection, context: ConversationContext) {
    this.#connection = connection;
    this.#context = context;
    this.#place = context.begun(this);
    this.#clock = connection.keepTime(this);
    this.#since = this.#clock.now;
    this.#output = new Output(connection, context.buffers);
    this.#reader = new RequestReader(connection, this.#output, context.options, this.#clock);
    this.#body = this.#reader.body;
    this.#body.halfClosedTimeout = context.options.halfClosedTimeout ?? 0;
    this.#body.idPrefix = context.options.idPrefix ?? "";
    this.#writer = new ResponseWriter(connection, this.#output, context.persisting);
    const exchange = this.#exchange = new CurrentExchange(connection, this.#reader, context);
    const { quick } = this.#clock;
    this.#responder = new Responder(connection, context, exchange, this.#body, this.#writer, quick);
  }

  /** Serves until the last response, or until the client disconnects. */
  async serve(): Promise<void> {
    let failure: unknown = null;
    try {
      for (;;) {
        const head = this.#reader.next();
        if (head === null) {
          if (!this.#output.isEmpty) {
            await this.#output.send();
            this.#output.release();
            // A read that has watched the client may have got the next request meanwhile.
            if (this.#connection.hasPending) continue;
          }
          this.#enterWait();
          if (!await this.#connection.fill() || this.#ending !== null) break;
          continue;
        }
        const persists = this.#serveRequest(head);
        if (persists === true) continue;
        if (persists === false || !await persists) break;
      }
      if (!this.#output.isEmpty) await this.#output.flush();
    } catch (error) {
      failure = error;
      // After an upgrade, an error response would be taken for the other protocol.
      const isRefusal = isHttpError(error) && this.#phase !== "upgraded";
      if (!isRefusal || this.#ending !== null) throw error;
      this.#ending = this.#refuse(error, error.status === 400 ? "server" : "limit");
    } finally {
      const { request } = this.#exchange;
      if (request !== null) this.#exchange.lose(request, lostStatus(failure));
      await (this.#ending ??= Promise.resolve());
      this.#context.ended(this, this.#place);
    }
  }

  get request(): ServedRequest | null {
    return this.#exchange.request;
  }

  /** Ends it if it has waited for a request for so many milliseconds; returns whether it did. */
  closeIfSilent(quiet: number): boolean {
    const isIdle = this.#phase === "idle" && this.#ending === null;
    const isSilent = isIdle && this.#clock.isOver(this.#since, quiet);
    if (isSilent) this.#close("drain");
    return isSilent;
  }

  /** Called by the sweep of deadlines. */
  expire(): void {
    if (this.#ending !== null) return;
    if (this.#phase === "handler") this.#exchange.request?.look(this.#clock);
    const expired = checkTimeouts({
      phase: this.#phase,
      since: this.#since,
      clock: this.#clock,
      body: this.#body,
      connection: this.#connection,
    }, this.#context.options);
    if (typeof expired === "string") this.#close(expired);
    else if (expired !== null) this.#timeOut(expired);
  }

  /** @returns Whether the connection persists; a promise if that takes time. */
  #serveRequest(head: RequestHead): boolean | Promise<boolean> {
    const request = this.#exchange.begin(head);
    this.#phase = "handler";
    this.#since = this.#clock.now;
    let response: HttpResponse | Promise<HttpResponse>;
    try {
      const { handler } = this.#context;
      response = request.span === null
        ? workFor(request, handler)
        : request.span.run(workFor, request, handler);
    } catch (error) {
      response = this.#exchange.fail(request, error);
    }
    // The handler may look at the request later, when the next one has arrived in its place.
    if (response instanceof Promise) {
      head.keep();
      return this.#respondLater(request, response);
    }
    if (this.#context.handler.forgets !== true) head.keep();
    return this.#respond(request, response);
  }

  /** Waits for a handler's response, or for a timeout, and responds. */
  #respondLater(request: ServedRequest, handling: Promise<HttpResponse>): Promise<boolean> {
    const ready = this.#output.isEmpty ? handling : afterFlush(this.#output, handling);
    return new Promise((resolve, reject) => {
      this.#stopWaiting = () => resolve(false);
      const respond = (response: HttpResponse) => {
        try {
          resolve(this.#respond(request, response));
        } catch (error) {
          reject(error);
        }
      };
      ready.then(respond, (thrown) => {
        const loss = request.lossIn(thrownError(thrown));
        if (loss !== null) reject(loss);
        else respond(this.#exchange.fail(request, thrown));
      });
    });
  }

  #respond(request: ServedRequest, response: HttpResponse): boolean | Promise<boolean> {
    if (this.#ending !== null) {
      discard(response);
      return false;
    }
    this.#phase = "response";
    this.#body.isAnswered = true;
    try {
      const { headers, upgrade } = response;
      if (upgrade !== undefined) {
        checkUpgrade(request, upgrade);
        return this.#serveUpgraded(request, this.#writer.writeUpgrade(headers), upgrade);
      }
    } catch (error) {
      // Not a response at all, or an invalid upgrade, of which nothing was sent.
      discard(response);
      return this.#responder.respond(request, this.#exchange.fail(request, error));
    }
    return this.#responder.respond(request, response);
  }

  async #serveUpgraded(
    request: ServedRequest,
    writing: Promise<void>,
    upgrade: (connection: Connection) => Promise<void>,
  ): Promise<boolean> {
    await writing;
    this.#exchange.end(request, 101, 0);
    this.#phase = "upgraded";
    await upgrade(this.#connection);
    return false;
  }

  #enterWait(): void {
    const phase = this.#reader.isInHead ? "head" : "idle";
    if (phase === this.#phase && phase === "head") return;
    this.#phase = phase;
    this.#since = this.#clock.now;
  }

  /** Closes the connection at once: there is nothing left to send. */
  #close(endedBy: EndedBy): void {
    this.#ending = Promise.resolve();
    this.#connection.endAs(endedBy);
  }

  /** Ends the conversation after a timeout, with an error response unless a response has begun. */
  #timeOut(error: HttpError): void {
    this.#body.stop();
    if (this.#phase === "response") {
      this.#exchange.reportRefusal(error);
      this.#close("timeout");
    } else {
      this.#ending = this.#refuse(error, "timeout");
    }
    this.#exchange.request?.abort(new RequestAbortedError(error.message, "TimeoutError"));
    this.#stopWaiting?.();
  }

  /** Sends an error response, then ends the connection. */
  async #refuse(error: HttpError, endedBy: EndedBy): Promise<void> {
    this.#exchange.refuse(error);
    const { request } = this.#exchange;
    this.#body.isAnswered = true;
    const head = request?.head ?? { method: "", minor: 1 };
    let isRecorded = false;
    try {
      const sent = await this.#writer.write(head, errorResponse(error), true);
      await this.#output.flush();
      isRecorded = true;
      this.#exchange.recordRefusal(request, error.status, sent);
      await this.#connection.finish(endedBy);
    } catch { // The client has disconnected.
      if (!isRecorded) this.#exchange.loseRefusal(request);
      request?.span?.end(0, false);
      this.#connection.endAs(endedBy);
    }
  }
}
