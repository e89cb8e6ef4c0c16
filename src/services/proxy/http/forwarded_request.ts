import { ConnectionError } from "../../../core/errors.ts";
import type { DecodedResponse } from "../../../http/codec/response_decoder.ts";
import type { ServedRequest } from "../../../http/conversation/served_request.ts";
import type { ClientConnection } from "../../../http/client/client_connection.ts";
import { ExchangeError } from "../../../http/client/exchange_error.ts";
import { returnedFields } from "../../../http/forwarding/returned_fields.ts";
import type { Field, HttpResponse } from "../../../http/message.ts";
import { isInterim } from "../../../http/status.ts";
import type { BoardRow } from "../../../upstream/board_row.ts";
import { Attempts } from "./attempts.ts";
import { gatewayError } from "./failures.ts";
import type { HttpRouteInUse } from "./http_route.ts";
import type { HttpUpstream } from "./http_upstream.ts";
import type { MirroredRequest } from "./mirror.ts";
import { Outcome } from "./outcome.ts";
import { PassedResponse } from "./passed_response.ts";
import { RequestUpload } from "./request_upload.ts";
import { ResponseBody, type ResponseOwner } from "./response_body.ts";
import { protocolOf, upgradeResponse } from "./upgrade.ts";

const NO_FIELDS: readonly Field[] = [];
const NO_NAMES: ReadonlySet<string> = new Set();

/** A request on its way to a backend, and the response on its way back. */
export class ForwardedRequest implements ResponseOwner {
  readonly #route: HttpRouteInUse;
  readonly #group: HttpUpstream;
  readonly #request: ServedRequest;
  readonly #outcome: Outcome;
  readonly #attempts: Attempts;
  /** The body; null if there is none. */
  readonly #upload: RequestUpload | null;
  readonly #mirrored: MirroredRequest | null;
  /** Where it is: a place at a backend, and a connection to it. */
  #row: BoardRow | null = null;
  #client: ClientConnection | null = null;
  #hasClientLeft = false;

  constructor(route: HttpRouteInUse, request: ServedRequest) {
    const { group } = route;
    this.#route = route;
    this.#group = group;
    this.#request = request;
    this.#outcome = new Outcome(request, group);
    this.#attempts = new Attempts(group.upstream, request.method, route.retries);
    this.#mirrored = route.mirrored(request);
    const own = this.#attempts.mayRetry ? group.settings.retryBuffer : 0;
    this.#upload = RequestUpload.of(request, own, this.#mirrored);
    request.onAbort = () => {
      this.#hasClientLeft = true;
      this.#upload?.end();
      this.#client?.close();
    };
  }

  /** Why the body could not be sent on, if the client is to blame; null otherwise. */
  get uploadError(): unknown {
    return this.#upload === null ? null : this.#upload.error;
  }

  /**
   * Sends the request to a backend, and to others if it may be repeated.
   *
   * @returns The response, whose body is yet to come.
   * @throws {HttpError} If there is none: 502, 503 or 504 with Proxy-Status (RFC 9209).
   * @throws {ConnectionError} If the client has left.
   */
  async respond(): Promise<HttpResponse> {
    this.#outcome.begin(this.#route);
    try {
      // A client that is slow to begin with the body takes no place meanwhile.
      if (this.#upload !== null) await this.#upload.prepare();
      for (;;) {
        const reached = this.#reach();
        const client = reached instanceof Promise ? await reached : reached;
        if (client === null) continue;
        const response = await this.#ask(client);
        if (response !== null) return this.#pass(client, response);
      }
    } catch (error) {
      throw this.#fail(error);
    }
  }

  finished(isComplete: boolean, reason: unknown): void {
    const client = this.#client;
    const row = this.#row;
    if (client === null || row === null) return;
    if (!isComplete) this.#outcome.cutOff(reason, row);
    this.#client = null;
    this.#upload?.end();
    if (isComplete) this.#group.keep(row, client);
    else client.close();
    this.#end(row);
  }

  /** Takes a kept connection to a backend, or makes one; null if another backend is to be tried. */
  #reach(): ClientConnection | Promise<ClientConnection | null> {
    const taken = this.#group.take(this.#request, this.#attempts.tried);
    return taken instanceof Promise
      ? taken.then((row) => this.#reachAt(row))
      : this.#reachAt(taken);
  }

  #reachAt(row: BoardRow): ClientConnection | Promise<ClientConnection | null> {
    const kept = this.#attempts.needsFresh ? null : this.#group.kept.take(row);
    if (kept === null) return this.#dial(row);
    this.#row = row;
    this.#outcome.tookKept(row);
    return this.#client = kept;
  }

  async #dial(row: BoardRow): Promise<ClientConnection | null> {
    // If it fails, it gives the place back.
    const dialed = await this.#group.upstream.dial(row, this.#outcome.dials(row));
    if (dialed instanceof Error) {
      if (this.#attempts.mayConnectToAnother(row)) return this.#outcome.unreached(dialed);
      throw dialed;
    }
    this.#row = row;
    return this.#client = this.#group.open(row, dialed);
  }

  /** Sends the request; null if it is to be sent again. */
  async #ask(client: ClientConnection): Promise<DecodedResponse | null> {
    try {
      // While the connection was made: nothing is sent for nobody.
      if (this.#hasClientLeft) client.close();
      const upload = this.#upload;
      const timeouts = this.#outcome.timeoutsOf(this.#route.timeouts);
      this.#outcome.asks(upload !== null);
      client.begin(this.#request.method, timeouts, upload);
      const head = this.#route.headOf(this.#request);
      await (upload === null ? client.send(head) : upload.begin(client, head));
      if (upload === null && this.#mirrored !== null) this.#mirrored.send(null);
      for (;;) {
        const response = client.head();
        if (response === null) await client.more();
        else if (isInterim(response.status)) await this.#interim(response);
        else if (this.#isFinal(response)) return response;
        else break;
      }
    } catch (error) {
      if (!this.#mayRepeat(client, error)) throw error;
    }
    this.#release();
    return null;
  }

  async #interim(response: DecodedResponse): Promise<void> {
    if (response.status === 100) this.#upload?.proceed();
    else await this.#request.inform(response.status, returnedFields(response, NO_FIELDS, NO_NAMES));
  }

  /** Whether a response is for the client, and no reason to ask another backend. */
  #isFinal({ status }: DecodedResponse): boolean {
    const row = this.#row as BoardRow;
    this.#upload?.answered();
    this.#outcome.answered(row, status);
    const isReason = this.#group.isReasonToRetry(status) && this.#isWhole;
    return !isReason || !this.#attempts.mayAskAnother(row);
  }

  /** Whether to send the request again after an exchange without a response. */
  #mayRepeat(client: ClientConnection, error: unknown): boolean {
    if (!(error instanceof ExchangeError) || this.#isClientToBlame) return false;
    if (client.hasAnswered || !this.#isWhole) return false;
    const isLost = error.fault === "connection_terminated";
    const isLate = error.fault === "http_response_timeout";
    if (isLate ? !this.#mayRepeatLate : !isLost) return false;
    const row = this.#row as BoardRow;
    if (isLost && client.exchanges > 1) {
      // The backend has closed a kept connection just as the request was on its way.
      const mayAgain = this.#attempts.isIdempotent || !client.hasSent;
      if (this.#attempts.needsFresh || !mayAgain) return false;
      this.#attempts.needsFresh = true;
      return true;
    }
    if (!this.#attempts.mayAskAnother(row)) return false;
    this.#outcome.failedOnce(row, error);
    return true;
  }

  get #mayRepeatLate(): boolean {
    return this.#group.isReasonToRetry(504) && !this.#outcome.hasTaken(this.#route.timeouts.total);
  }

  get #isClientToBlame(): boolean {
    return this.#hasClientLeft || this.uploadError !== null;
  }

  /** Whether the request can be sent from its beginning. */
  get #isWhole(): boolean {
    return this.#upload === null || this.#upload.copy.isWhole;
  }

  /** Passes a response on to the client. */
  #pass(client: ClientConnection, response: DecodedResponse): HttpResponse {
    const { status, length } = response;
    const { setResponseFields, removedResponseFields } = this.#route;
    const headers = returnedFields(response, setResponseFields, removedResponseFields);
    this.#group.stick(this.#request, this.#row as BoardRow, headers);
    if (status === 101) {
      const protocol = protocolOf(this.#request, response);
      const row = this.#row as BoardRow;
      this.#client = null;
      const ended = () => this.#end(row);
      return upgradeResponse(this.#request, headers, client.detach(), protocol, ended);
    }
    if (length !== 0) {
      return new PassedResponse(status, headers, new ResponseBody(length, client, this));
    }
    // Of a response to HEAD, only the backend knows how long that to GET would be.
    if (response.contentLength !== null) {
      headers.push(["Content-Length", String(response.contentLength)]);
    }
    this.finished(true, undefined);
    return new PassedResponse(status, headers, null);
  }

  /** Ends an exchange without a response for the client. */
  #release(): void {
    const client = this.#client;
    const row = this.#row;
    this.#client = this.#row = null;
    this.#upload?.end();
    client?.close();
    if (row !== null) this.#group.upstream.giveBack(row);
  }

  /** @returns The error for the client. */
  #fail(error: unknown): unknown {
    const { uploadError } = this;
    if (this.#isClientToBlame) this.#outcome.abandoned();
    else this.#outcome.failed(error, this.#row);
    this.#release();
    this.#end(null);
    if (uploadError !== null) return uploadError;
    return this.#hasClientLeft
      ? new ConnectionError("Cannot pass a response on: the client has left", "client")
      : gatewayError(error);
  }

  #end(row: BoardRow | null): void {
    this.#row = null;
    this.#outcome.end();
    if (row !== null) this.#group.upstream.giveBack(row);
    this.#route.leave();
  }
}
