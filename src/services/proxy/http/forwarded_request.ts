import { clock } from "../../../base/clock.ts";
import { ConnectionError } from "../../../core/errors.ts";
import { type Forwarding, forwardingTo } from "../../../core/event.ts";
import type { DecodedResponse } from "../../../http/codec/response_decoder.ts";
import type { ServedRequest } from "../../../http/conversation/served_request.ts";
import type { ClientConnection, Waiting } from "../../../http/client/client_connection.ts";
import { ExchangeError } from "../../../http/client/exchange_error.ts";
import { returnedFields } from "../../../http/forwarding/returned_fields.ts";
import type { Field, HttpResponse } from "../../../http/message.ts";
import type { BoardRow } from "../../../upstream/board_row.ts";
import { Attempts } from "./attempts.ts";
import { faultOf, GatewayError, gatewayError, isOfBackend } from "./failures.ts";
import type { HttpRouteInUse } from "./http_route.ts";
import type { HttpUpstream } from "./http_upstream.ts";
import type { MirroredRequest } from "./mirror.ts";
import { RequestCopy } from "./request_copy.ts";
import { ResponseBody, type ResponseOwner } from "./response_body.ts";

/** How long a backend may leave a client waiting for a 100, in milliseconds (RFC 9110, 10.1.1). */
const CONTINUE_ANYWAY = 1000;
const NO_FIELDS: readonly Field[] = [];
const NO_NAMES: ReadonlySet<string> = new Set();

/** A request on its way to a backend, and the response on its way back. */
export class ForwardedRequest implements Waiting, ResponseOwner {
  uploadError: unknown = null;
  readonly #route: HttpRouteInUse;
  readonly #group: HttpUpstream;
  readonly #request: ServedRequest;
  readonly #note: Forwarding;
  /** When it was let in. */
  #begun = 0;
  readonly #attempts: Attempts;
  /** The body; null if there is none. */
  readonly #copy: RequestCopy | null;
  readonly #mirrored: MirroredRequest | null;
  /** Where it is: a place at a backend, and a connection to it. */
  #row: BoardRow | null = null;
  #client: ClientConnection | null = null;
  /** Begins to send the body, which the backend has yet to ask for by a 100. */
  #continue: (() => void) | null = null;
  #isWatching = false;

  constructor(route: HttpRouteInUse, request: ServedRequest) {
    const { group } = route;
    const { settings } = group;
    this.#route = route;
    this.#group = group;
    this.#request = request;
    this.#note = request.forwarding = forwardingTo(group.name);
    this.#attempts = new Attempts(group.upstream, request.method, route.retries);
    this.#mirrored = route.mirrored(request);
    const own = this.#attempts.mayRetry ? settings.retryBuffer : 0;
    const limit = Math.max(own, this.#mirrored?.bodyLimit ?? 0);
    this.#copy = request.head.contentLength === 0 ? null : new RequestCopy(request.body, limit);
  }

  /**
   * Sends the request to a backend, and to others if it may be repeated.
   *
   * @returns The response, whose body is yet to come.
   * @throws {HttpError} If there is none: 502, 503 or 504 with Proxy-Status (RFC 9209).
   * @throws {ConnectionError} If the client has left.
   */
  async respond(): Promise<HttpResponse> {
    this.#enter();
    try {
      // A client that is slow to begin with the body takes no place meanwhile.
      if (this.#copy !== null && !this.#request.expectsContinue) await this.#copy.prefetch();
      for (;;) {
        const client = await this.#reach();
        if (client === null) continue;
        const response = await this.#ask(client);
        if (response !== null) return this.#pass(client, response);
      }
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** @throws {GatewayError} If it is not let in. */
  #enter(): void {
    try {
      this.#route.enter();
    } catch (error) {
      if (error instanceof GatewayError) this.#note.failure = error.fault;
      throw error;
    }
    // Not before: the breaker counts what has begun since it has let a request pass.
    this.#begun = clock();
  }

  /** Called by the sweeps of the deadlines while the head of the response is waited for. */
  waits(waited: number): void {
    if (!this.#isWatching) {
      this.#isWatching = true;
      this.#request.signal.addEventListener("abort", () => this.#client?.close());
    }
    if (this.#request.signal.aborted) this.#client?.close();
    else if (waited >= CONTINUE_ANYWAY) this.#continue?.();
  }

  finished(isComplete: boolean, reason: unknown): void {
    const client = this.#client;
    const row = this.#row;
    if (client === null || row === null) return;
    if (reason instanceof ExchangeError) this.#noteFailure(reason, row);
    this.#client = null;
    if (isComplete) this.#group.keep(row, client);
    else client.close();
    this.#end(row);
  }

  /** Takes a kept connection to a backend, or makes one; null if another backend is to be tried. */
  async #reach(): Promise<ClientConnection | null> {
    const group = this.#group;
    const note = this.#note;
    const attempts = this.#attempts;
    const taken = group.take(this.#request, attempts.tried);
    const row = this.#row = taken instanceof Promise ? await taken : taken;
    const kept = attempts.needsFresh ? null : group.kept.take(row);
    if (kept !== null) {
      note.attempts++;
      note.address = row.addressText;
      note.connectTime = 0;
      return this.#client = kept;
    }
    // If that fails, it gives the place back.
    this.#row = null;
    const dialed = await group.upstream.dial(row, note);
    if (dialed instanceof Error) {
      if (attempts.mayConnectToAnother(row)) return null;
      throw dialed;
    }
    this.#row = row;
    return this.#client = group.open(row, dialed);
  }

  /** Sends the request; null if it is to be sent again. */
  async #ask(client: ClientConnection): Promise<DecodedResponse | null> {
    try {
      const response = await this.#exchange(client);
      const row = this.#row as BoardRow;
      const took = this.#note.firstByteTime = clock() - this.#begun;
      this.#group.answered(row, response.status, this.#begun, took);
      if (!this.#group.isReasonToRetry(response.status) || !this.#mayAskAnother(row)) {
        return response;
      }
    } catch (error) {
      if (!this.#mayRepeat(client, error)) throw error;
    }
    this.#release();
    return null;
  }

  /** @returns The final response. */
  async #exchange(client: ClientConnection): Promise<DecodedResponse> {
    const request = this.#request;
    const copy = this.#copy;
    client.begin(request.method, this.#route.timeouts, this);
    const head = this.#route.headOf(request);
    if (copy === null) {
      await client.send(head);
      this.#mirrored?.send(null);
    } else if (request.expectsContinue) {
      await client.send(head);
      this.#continue = () => this.#upload(client, "", copy);
    } else {
      this.#upload(client, head, copy);
    }
    for (;;) {
      const response = await client.receive();
      const { status } = response;
      if (status >= 200 || status === 101) {
        this.#continue = null;
        return response;
      }
      if (status !== 100) {
        await request.inform(status, returnedFields(response, NO_FIELDS, NO_NAMES));
      } else this.#continue?.();
    }
  }

  /** Sends the body while the response may already arrive. */
  #upload(client: ClientConnection, head: string, copy: RequestCopy): void {
    this.#continue = null;
    const uploading = client.upload(head, copy.source(), copy.length);
    uploading.then(() => this.#mirrored?.send(copy), (error) => {
      // A backend that takes no more may have sent a response before, such as why.
      if (isOfBackend(error) || client !== this.#client) return;
      this.uploadError = error;
      client.close();
    });
  }

  /** Whether to send the request again after an exchange without a response. */
  #mayRepeat(client: ClientConnection, error: unknown): boolean {
    const isLost = error instanceof ExchangeError && error.fault === "connection_terminated";
    const isOwnFault = this.uploadError !== null ||
      (this.#isWatching && this.#request.signal.aborted);
    if (!isLost || isOwnFault || client.hasAnswered) return false;
    const row = this.#row as BoardRow;
    if (client.exchanges > 1) {
      // The backend has closed a kept connection just as the request was on its way.
      const mayAgain = this.#attempts.isIdempotent || !client.hasSent;
      if (this.#attempts.needsFresh || !mayAgain || !this.#isWhole) return false;
      this.#attempts.needsFresh = true;
      return true;
    }
    if (!this.#mayAskAnother(row)) return false;
    this.#group.failed(row, this.#begun);
    return true;
  }

  #mayAskAnother(row: BoardRow): boolean {
    return this.#isWhole && this.#attempts.mayAskAnother(row);
  }

  /** Whether the request can be sent from its beginning. */
  get #isWhole(): boolean {
    return this.#copy === null || this.#copy.isWhole;
  }

  /** Passes a response on to the client. */
  #pass(client: ClientConnection, response: DecodedResponse): HttpResponse {
    const { status, length } = response;
    const { setResponseFields, removedResponseFields } = this.#route;
    const headers = returnedFields(response, setResponseFields, removedResponseFields);
    this.#group.stick(this.#request, this.#row as BoardRow, headers);
    if (status === 101) return this.#upgrade(client, response, headers);
    if (length !== 0) {
      return {
        status,
        headers,
        body: new ResponseBody(length === "close" ? null : length, client, this),
      };
    }
    // Of a response to HEAD, only the backend knows how long that to GET would be.
    const announced = response.fields.find(([name]) => name.toLowerCase() === "content-length");
    if (announced !== undefined) headers.push(announced);
    this.finished(true, undefined);
    return { status, headers, body: null };
  }

  /** Gives both connections to another protocol. */
  #upgrade(client: ClientConnection, response: DecodedResponse, headers: Field[]): HttpResponse {
    const protocol = response.fields.find(([name]) => name.toLowerCase() === "upgrade")?.[1];
    if (protocol === undefined || !this.#request.asksToUpgrade) {
      throw new ExchangeError(
        "The backend switched to no protocol that was asked for",
        "http_protocol_error",
        "upstream",
      );
    }
    const row = this.#row as BoardRow;
    const upstream = client.detach();
    this.#client = null;
    const end = async () => {
      await upstream[Symbol.asyncDispose]();
      this.#end(row);
    };
    // If the client is not told, the other protocol does not begin.
    this.#request.completed.catch(end);
    return {
      status: 101,
      headers,
      upgrade: async (connection) => {
        try {
          await this.#group.passThrough(connection, upstream, protocol);
        } finally {
          await end();
        }
      },
    };
  }

  /** Ends an exchange without a response for the client. */
  #release(): void {
    const client = this.#client;
    const row = this.#row;
    this.#client = this.#row = null;
    client?.close();
    if (row !== null) this.#group.upstream.giveBack(row);
  }

  /** @returns The error for the client. */
  #fail(error: unknown): unknown {
    const hasLeft = this.#isWatching && this.#request.signal.aborted;
    const isOwnFault = this.uploadError !== null || hasLeft;
    if (isOwnFault) this.#group.abandoned(this.#begun);
    else this.#noteFailure(error, this.#row);
    this.#release();
    this.#end(null);
    if (this.uploadError !== null) return this.uploadError;
    if (hasLeft) {
      return new ConnectionError("Cannot pass a response on: the client has left", "client");
    }
    return gatewayError(error);
  }

  #noteFailure(error: unknown, row: BoardRow | null): void {
    const { failure } = this.#note;
    this.#note.failure = faultOf(error) ?? failure;
    if (this.#note.failure !== failure) this.#group.report(this.#request, this.#note, error);
    // A connection that could not be made was counted when that failed.
    if (row !== null && error instanceof ExchangeError) this.#group.failed(row, this.#begun);
    else if (isOfBackend(error)) this.#group.unreachable(this.#begun);
    else this.#group.abandoned(this.#begun);
  }

  #end(row: BoardRow | null): void {
    this.#row = null;
    this.#note.totalTime = clock() - this.#begun;
    if (row !== null) this.#group.upstream.giveBack(row);
    this.#route.leave();
  }
}
