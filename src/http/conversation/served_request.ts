import type { Work } from "../../base/current_work.ts";
import type { Connection } from "../../core/connection.ts";
import type { Clock } from "../../core/deadlines.ts";
import type { Forwarding } from "../../core/event.ts";
import type { RequestHead } from "../codec/request_head.ts";
import { ConnectionError, isOfClient } from "../../core/errors.ts";
import { interimHead } from "../codec/response_head.ts";
import { RequestAbortedError } from "../error.ts";
import { believedRequestId } from "../forwarding/believed.ts";
import type { Field, HttpRequest, RouteParams } from "../message.ts";
import type { RequestSpan } from "../tracing/request_span.ts";
import type { BodyReader } from "./body_reader.ts";
import { StreamedBody } from "./request_body.ts";
import { pathIn, queryIn } from "./request_target.ts";

const NO_FIELDS: readonly Field[] = [];
const NO_PARAMS: RouteParams = Object.freeze({});

/** A request being served, as its handler sees it. */
export class ServedRequest implements HttpRequest, Work {
  params: RouteParams = NO_PARAMS;
  readonly head: RequestHead;
  /** How it was sent on to a backend; null unless it was. */
  forwarding: Forwarding | null = null;
  /** null unless traces are on. */
  span: RequestSpan | null = null;
  /**
   * Called if the request is aborted, as {@linkcode signal} is then. It costs nothing, but a
   * client that disconnects may go unnoticed for two seconds.
   */
  onAbort: ((reason: Error) => void) | null = null;
  readonly #connection: Connection;
  readonly #reader: BodyReader;
  readonly #number: number;
  #body: StreamedBody | null = null;
  #controller: AbortController | null = null;
  #completed: PromiseWithResolvers<void> | null = null;
  #isEnded = false;
  /** Whether someone looks after the client, and has seen it end its stream, or leave. */
  #client: "unwatched" | "watched" | "ended" | "left" = "unwatched";
  /** When the client was first found to have ended its stream, by the clock; 0 before. */
  #endSeen = 0;

  /** @param number Counts the requests of the connection from 1. */
  constructor(head: RequestHead, connection: Connection, reader: BodyReader, number: number) {
    this.head = head;
    this.#connection = connection;
    this.#reader = reader;
    this.#number = number;
  }

  get kind(): "request" {
    return "request";
  }

  get method(): string {
    return this.head.method;
  }

  get target(): string {
    return this.head.target;
  }

  get path(): string {
    return pathIn(this.head.target);
  }

  get query(): string {
    return queryIn(this.head.target);
  }

  get url(): string {
    const { target, host } = this.head;
    if (target.startsWith("/")) return `http://${host || this.#localHost}${target}`;
    return target === "*" ? `http://${host || this.#localHost}/*` : target;
  }

  get version(): "1.0" | "1.1" {
    return this.head.minor === 1 ? "1.1" : "1.0";
  }

  get headers(): readonly Field[] {
    return this.head.fields;
  }

  header(name: string): string | null {
    let found: string | null = null;
    for (const [key, value] of this.head.fields) {
      if (key === name) found = found === null ? value : `${found}, ${value}`;
    }
    return found;
  }

  get asksToUpgrade(): boolean {
    return this.head.asksToUpgrade;
  }

  get expectsContinue(): boolean {
    return this.head.expectsContinue;
  }

  get body(): StreamedBody {
    return this.#body ??= this.#makeBody();
  }

  /** The client that a trusted proxy names, with the port 0, or else the peer. */
  get remoteAddr(): Deno.Addr {
    const { remoteAddr } = this.#connection;
    return this.#reader.clients?.find(this.headers, remoteAddr) ?? remoteAddr;
  }

  /** The peer of the connection, which may be a proxy. */
  get peerAddr(): Deno.Addr {
    return this.#connection.remoteAddr;
  }

  /** Whether the peer is a trusted proxy, which is believed who its client is. */
  get isPeerTrusted(): boolean {
    return this.#reader.clients !== null;
  }

  get localAddr(): Deno.Addr {
    return this.#connection.localAddr;
  }

  /** This end of the socket, whatever a proxy in front of it says. */
  get socketAddr(): Deno.Addr {
    return this.#connection.socketAddr;
  }

  /** The X-Request-Id of a trusted proxy, or else made from the connection and the number. */
  get id(): string {
    const given = this.isPeerTrusted ? believedRequestId(this.headers) : null;
    return given ?? `${this.#reader.idPrefix}${this.#connection.id}-${this.#number}`;
  }

  get worker(): number {
    return Number.parseInt(this.#connection.id);
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      void this.#watchClient();
    }
    return this.#controller.signal;
  }

  get completed(): Promise<void> {
    if (this.#completed === null) {
      this.#completed = Promise.withResolvers();
      if (this.#isEnded) this.#completed.resolve();
      // Nothing may await the promise, so its rejection must count as handled.
      this.#completed.promise.catch(() => {});
    }
    return this.#completed.promise;
  }

  async inform(status: number, fields: readonly Field[] = NO_FIELDS): Promise<void> {
    const head = interimHead(status, fields);
    if (this.#isEnded || this.#reader.isAnswered) {
      throw new TypeError("Cannot inform the client: the response has begun");
    }
    if (this.head.minor === 1) await this.#reader.inform(head);
  }

  /** Detaches the request from the connection: its response was sent. */
  end(): void {
    this.#isEnded = true;
    this.#body?.detach();
    this.#completed?.resolve();
  }

  /**
   * Tells the handler that its response will not be sent.
   *
   * @param reason By default, that the client has disconnected.
   */
  abort(
    reason: Error = new RequestAbortedError("The client has disconnected", "AbortError"),
  ): void {
    if (this.#isEnded) return;
    const { onAbort } = this;
    this.onAbort = null;
    onAbort?.(reason);
    this.#controller?.abort(reason);
    this.#completed?.reject(reason);
  }

  /** Called now and then while the handler works: looks after the client, if anyone wants to know. */
  look(clock: Clock): void {
    if (this.#client === "ended") {
      this.#endSeen ||= clock.now;
      if (clock.isOver(this.#endSeen, this.#reader.halfClosedTimeout)) this.#leave();
    } else if (this.onAbort !== null) void this.#watchClient();
  }

  /** The error that ends the connection, if the handler threw because of the client; null otherwise. */
  lossIn(error: Error): Error | null {
    if (isOfClient(error)) return error;
    if (this.#client !== "left" || error.name !== "AbortError") return null;
    return new ConnectionError("Cannot respond: the client has disconnected", "client");
  }

  #makeBody(): StreamedBody {
    const { contentLength } = this.head;
    const reader = contentLength === 0 ? null : this.#reader;
    const body = new StreamedBody(contentLength, reader, () => {
      // The arriving body has ended the watch.
      if (this.#controller !== null) void this.#watchClient();
    });
    if (this.#isEnded) body.detach();
    return body;
  }

  /** Notices if the client disconnects, by reading ahead while it waits for the response. */
  async #watchClient(): Promise<void> {
    if (this.#client !== "unwatched") return;
    this.#client = "watched";
    try {
      do {
        if (this.#connection.sawEnd || !await this.#reader.watch()) return this.#seeEnd();
        // The next request may have arrived; it is not the end of this one.
      } while (!this.#isEnded && this.#reader.isOver && this.#reader.canWatch);
    } catch {
      return this.#leave();
    }
    this.#client = "unwatched";
  }

  /** The client has ended its stream, after which it may still wait for the response. */
  #seeEnd(): void {
    if (this.#reader.halfClosedTimeout === 0) this.#leave();
    else this.#client = "ended";
  }

  #leave(): void {
    this.#client = "left";
    this.abort();
  }

  get #localHost(): string {
    const addr = this.localAddr;
    if (addr.transport !== "tcp") return "localhost";
    return addr.hostname.includes(":")
      ? `[${addr.hostname}]:${addr.port}`
      : `${addr.hostname}:${addr.port}`;
  }
}
