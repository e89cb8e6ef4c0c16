import type { Connection } from "../../core/connection.ts";
import type { Clock, Timed } from "../../core/deadlines.ts";
import { ConnectionError } from "../../core/errors.ts";
import type { EndedBy } from "../../core/event.ts";
import { answerOf, failureAnswer } from "./error_responses.ts";
import type { ConversationContext } from "./conversation_context.ts";
import { type HttpError, isHttpError } from "../error.ts";
import { EndedExchange } from "../exchange.ts";
import { isLastAnswer } from "./keep_alive_policy.ts";
import { lateness, type Phase } from "./timeout_policy.ts";
import { type HttpResponse, isSource } from "../message.ts";
import { Output } from "./output.ts";
import type { RequestHead } from "../codec/request_head.ts";
import { RequestReader } from "./request_reader.ts";
import { ResponseWriter } from "./response_writer.ts";
import { ServedRequest } from "./served_request.ts";

/** One HTTP/1.1 connection: requests in, responses out, in their order, until one of them is the last. */
export class Conversation implements Timed {
  readonly #connection: Connection;
  readonly #context: ConversationContext;
  readonly #output: Output;
  readonly #reader: RequestReader;
  readonly #writer: ResponseWriter;
  readonly #clock: Clock;
  #phase: Phase = "idle";
  /** When the phase began, by the clock. */
  #since: number;
  #requests = 0;
  #current: ServedRequest | null = null;
  #started = 0;
  #giveUp: (() => void) | null = null;
  /** The last word, while and after it is said. */
  #ending: Promise<void> | null = null;

  constructor(connection: Connection, context: ConversationContext) {
    this.#connection = connection;
    this.#context = context;
    this.#output = new Output(connection, context.buffers);
    this.#reader = new RequestReader(connection, this.#output, context.options);
    this.#writer = new ResponseWriter(connection, this.#output);
    this.#clock = connection.keepTime(this);
    this.#since = this.#clock.now;
  }

  /** Serves until the last answer, or until the client leaves. */
  async serve(): Promise<void> {
    try {
      for (;;) {
        const head = this.#reader.next();
        if (head === null) {
          this.#enterWait();
          if (!this.#output.isEmpty) await this.#output.flush();
          if (!await this.#reader.fill() || this.#ending !== null) break;
          continue;
        }
        const goesOn = this.#serveRequest(head);
        if (goesOn === true) continue;
        if (goesOn === false || !await goesOn) break;
      }
      if (!this.#output.isEmpty) await this.#output.flush();
    } catch (error) {
      if (!isHttpError(error) || this.#ending !== null) throw error;
      this.#ending = this.#refuse(error, error.status === 400 ? "server" : "limit");
    } finally {
      if (this.#current !== null) this.#lose(this.#current);
      await (this.#ending ??= Promise.resolve());
    }
  }

  /** Ends the conversation if it is between two requests. */
  closeIfIdle(): void {
    if (this.#phase === "idle" && this.#requests > 0) this.#finish("drain");
  }

  /** For the sweep of deadlines. */
  expire(): void {
    if (this.#ending !== null) return;
    const late = lateness({
      phase: this.#phase,
      since: this.#since,
      clock: this.#clock,
      reader: this.#reader,
      connection: this.#connection,
    }, this.#context.options);
    if (typeof late === "string") this.#finish(late);
    else if (late !== null) this.#stop(late);
  }

  /** @returns Whether the conversation goes on; a promise where that takes time. */
  #serveRequest(head: RequestHead): boolean | Promise<boolean> {
    this.#connection.beginRequest();
    const request = new ServedRequest(head, this.#connection, this.#reader, ++this.#requests);
    this.#current = request;
    this.#phase = "handler";
    this.#since = this.#clock.now;
    if (this.#context.reports.answered !== null) this.#started = performance.now();
    let response: HttpResponse | Promise<HttpResponse>;
    try {
      response = this.#context.handler(request);
    } catch (error) {
      response = this.#failure(request, error);
    }
    return response instanceof Promise
      ? this.#respondLater(request, response)
      : this.#respond(request, response);
  }

  async #respondLater(request: ServedRequest, answer: Promise<HttpResponse>): Promise<boolean> {
    request.head.keep();
    const settled = this.#settle(request, answer);
    // The handler may take its time: earlier answers do not wait for it.
    const [response] = this.#output.isEmpty
      ? [await settled]
      : await Promise.all([settled, this.#output.flush()]);
    return response !== null && await this.#respond(request, response);
  }

  /** The response; null if its time was over before. */
  #settle(request: ServedRequest, answer: Promise<HttpResponse>): Promise<HttpResponse | null> {
    return new Promise((resolve, reject) => {
      this.#giveUp = () => resolve(null);
      answer.then((response) => {
        if (this.#ending !== null) discard(response);
        resolve(response);
      }, (error) => {
        if (error instanceof ConnectionError) reject(error);
        else resolve(this.#failure(request, error));
      });
    });
  }

  /** The answer where a handler had none. */
  #failure(request: ServedRequest, error: unknown): HttpResponse {
    if (isHttpError(error)) {
      if (error === this.#reader.broken) {
        this.#context.reports.refused(request.id, error, this.#connection);
      }
      return answerOf(error);
    }
    this.#context.reports.failed(request.id, error);
    return failureAnswer(request.id);
  }

  #respond(request: ServedRequest, given: HttpResponse): boolean | Promise<boolean> {
    let response = given;
    if (this.#ending !== null) {
      discard(response);
      return false;
    }
    this.#phase = "answer";
    if (response.upgrade !== undefined) return this.#upgrade(request, response);
    // It may be made of the request's body, which is still to come.
    if (isSource(response.body)) this.#reader.continue();
    const isLast = this.#requests === this.#context.options.maxKeepAliveRequests ||
      isLastAnswer(request.head, response, this.#connection, this.#reader, this.#context);
    let sent: number | Promise<number>;
    try {
      sent = this.#writer.write(request.head, response, isLast);
    } catch (error) {
      // It cannot be sent as it is.
      response = this.#failure(request, error);
      sent = this.#writer.write(request.head, response, isLast);
    }
    return typeof sent === "number"
      ? this.#end(request, response, sent, isLast)
      : this.#respondSlowly(request, response, sent, isLast);
  }

  async #respondSlowly(
    request: ServedRequest,
    response: HttpResponse,
    sending: Promise<number>,
    isLast: boolean,
  ): Promise<boolean> {
    let sent = 0;
    try {
      sent = await sending;
    } catch (error) {
      this.#lose(request, response.status, this.#writer.sent);
      if (error instanceof ConnectionError) throw error;
      // A part of it was sent: that it is not whole can only be told by cutting it.
      this.#context.reports.failed(request.id, error);
      this.#connection.endAs("error");
      return false;
    }
    return await this.#end(request, response, sent, isLast);
  }

  #end(
    request: ServedRequest,
    { status }: HttpResponse,
    sent: number,
    isLast: boolean,
  ): boolean | Promise<boolean> {
    this.#record(request, status, sent);
    this.#current = null;
    request.end();
    this.#reader.takeBack();
    if (isLast || !this.#reader.canSkipBody()) return false;
    if (!this.#reader.isBodyOver) return this.#skipBody();
    this.#reader.end();
    return true;
  }

  /** Reads what a handler left of a body, so that the next request can be found. */
  async #skipBody(): Promise<boolean> {
    try {
      await this.#reader.skipBody();
      this.#reader.end();
      return true;
    } catch (error) {
      // The answer is given already.
      if (isHttpError(error)) return false;
      throw error;
    }
  }

  async #upgrade(request: ServedRequest, { headers, upgrade }: HttpResponse): Promise<boolean> {
    await this.#writer.writeUpgrade(headers);
    this.#record(request, 101, 0);
    this.#current = null;
    request.end();
    this.#phase = "upgraded";
    await upgrade?.(this.#connection);
    return false;
  }

  #enterWait(): void {
    const phase = this.#reader.isInHead ? "head" : "idle";
    if (phase === this.#phase && phase === "head") return;
    this.#phase = phase;
    this.#since = this.#clock.now;
  }

  /** Ends without a word, and waits for none: nothing is under way that could be lost. */
  #finish(endedBy: EndedBy): void {
    this.#ending = Promise.resolve();
    this.#connection.endAs(endedBy);
  }

  /** Time is over: says so, if nothing was said yet, and ends. */
  #stop(error: HttpError): void {
    this.#reader.stop();
    if (this.#phase === "answer") {
      this.#context.reports.refused(this.#id, error, this.#connection);
      this.#finish("timeout");
    } else {
      this.#ending = this.#refuse(error, "timeout");
    }
    this.#current?.abort(new DOMException(error.message, "TimeoutError"));
    this.#giveUp?.();
  }

  async #refuse(error: HttpError, endedBy: EndedBy): Promise<void> {
    this.#context.reports.refused(this.#id, error, this.#connection);
    const request = this.#current;
    const head = request?.head ?? { method: "", minor: 1 };
    try {
      const sent = await this.#writer.write(head, answerOf(error), true);
      await this.#output.flush();
      this.#record(request, error.status, sent);
      await this.#connection.finish(endedBy);
    } catch { // The client does not listen any more.
      this.#connection.endAs(endedBy);
    }
  }

  /** The client left before it had the whole answer; status 0 is before it had any. */
  #lose(request: ServedRequest, status = 0, sent = 0): void {
    this.#current = null;
    request.abort();
    if (this.#ending === null) this.#record(request, status, sent);
  }

  /** Of the request that is served, or would be next. */
  get #id(): string {
    return this.#current?.id ?? `${this.#connection.id}-${this.#requests + 1}`;
  }

  #record(request: ServedRequest | null, status = 200, bodyBytes: number): void {
    const { answered } = this.#context.reports;
    if (answered === null) return;
    const started = request === null ? performance.now() : this.#started;
    const number = this.#requests + (request === null ? 1 : 0);
    answered(
      new EndedExchange(this.#connection, number, request, started, status, bodyBytes),
    );
  }
}

/** Lets go of an answer that comes too late. */
function discard({ body }: HttpResponse): void {
  if (isSource(body)) void body.close();
}
