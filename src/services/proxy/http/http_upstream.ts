import { clock } from "../../../base/clock.ts";
import { traceAttributes } from "../../../base/trace_ids.ts";
import type { DialedConnection } from "../../../core/dialed_connection.ts";
import type { Forwarding } from "../../../core/event.ts";
import { ClientConnection } from "../../../http/client/client_connection.ts";
import type { ClientSettings } from "../../../http/client/client_settings.ts";
import type { ServedRequest } from "../../../http/conversation/served_request.ts";
import { believedScheme } from "../../../http/forwarding/believed.ts";
import type { Field } from "../../../http/message.ts";
import type { Logger } from "../../../log/logger.ts";
import type { HttpGroup } from "../../../settings/balancer.ts";
import type { BoardRow } from "../../../upstream/board_row.ts";
import { Breaker } from "../../../upstream/breaker.ts";
import { KeptConnections } from "../../../upstream/kept_connections.ts";
import type { Upstream } from "../upstream.ts";
import { GatewayError } from "./failures.ts";
import { hashKey } from "./hash_key.ts";
import type { StickyCookie } from "./sticky_cookie.ts";

/** Statuses by which a gateway says that it got no good response. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** What a group is made of. */
export interface HttpUpstreamParts {
  readonly upstream: Upstream;
  readonly client: Omit<ClientSettings, "keepAlive">;
  /** null unless the group has one. */
  readonly cookie: StickyCookie<BoardRow> | null;
  readonly log: Logger;
}

/** A group of backends that speak HTTP, as one lane uses it. */
export class HttpUpstream {
  readonly upstream: Upstream;
  readonly settings: HttpGroup;
  readonly kept: KeptConnections<ClientConnection>;
  readonly #client: ClientSettings;
  readonly #cookie: StickyCookie<BoardRow> | null;
  readonly #log: Logger;
  readonly #breaker: Breaker;
  #running = 0;

  constructor({ upstream, client, cookie, log }: HttpUpstreamParts) {
    this.upstream = upstream;
    this.settings = upstream.settings.http;
    this.kept = new KeptConnections(this.settings.maxIdle);
    this.#client = { ...client, keepAlive: this.settings.keepAlive };
    this.#cookie = cookie;
    this.#log = log;
    this.#breaker = new Breaker(this.settings.breaker);
  }

  get name(): string {
    return this.upstream.settings.name;
  }

  /**
   * A request begins.
   *
   * @throws {GatewayError} 503 if there are too many, or too many have failed.
   */
  enter(): void {
    const { maxRequests, breaker } = this.settings;
    if (maxRequests > 0 && this.#running >= maxRequests) {
      throw new GatewayError("connection_limit_reached", null);
    }
    if (breaker.threshold > 0 && !this.#breaker.mayPass(clock())) {
      throw new GatewayError("destination_unavailable", null);
    }
    this.#running++;
    this.upstream.begin();
  }

  leave(): void {
    this.#running--;
  }

  /** Takes a place at the backend of a client that has one, or at any other. */
  take(
    request: ServedRequest,
    tried: ReadonlySet<BoardRow> | null,
  ): BoardRow | Promise<BoardRow> {
    const row = tried === null ? this.#rowOf(request) : null;
    if (row !== null && this.upstream.takeAt(row)) return row;
    const leaving = () => request.signal;
    const session = this.#sessionOf(request);
    if (session !== null) return this.upstream.takeFor(session, tried, leaving);
    return this.upstream.take(this.#keyOf(request), tried, leaving);
  }

  /** Takes a place at a backend, if one is free; null if not. */
  takeNow(request: ServedRequest): BoardRow | null {
    return this.upstream.takeNow(this.#keyOf(request), this.#sessionOf(request));
  }

  /** Makes a client of a new connection. */
  open(row: BoardRow, connection: DialedConnection): ClientConnection {
    return new ClientConnection(
      connection,
      this.#client,
      (client) => this.kept.delete(row, client),
    );
  }

  /** Keeps a connection whose exchange is over, if it can be kept. */
  keep(row: BoardRow, client: ClientConnection): void {
    if (client.keep()) this.kept.add(row, client);
  }

  /** A request has got a response. */
  answered(row: BoardRow, status: number, begun: number, now: number): void {
    this.upstream.succeeded(row);
    if (this.settings.breaker.threshold === 0) return;
    if (GATEWAY_STATUSES.has(status)) this.#countFailure(begun, now);
    else if (this.#breaker.succeeded(begun, now)) this.#log.info("Breaker closed", this.#about());
  }

  isReasonToRetry(status: number): boolean {
    const { retryOn } = this.settings;
    return retryOn.length > 0 && retryOn.includes(status);
  }

  /** A request has got no response, or not all of one, by the fault of a backend. */
  failed(row: BoardRow, begun: number): void {
    this.upstream.failed(row);
    this.#countFailure(begun, clock());
  }

  /** No connection to a backend could be made for a request. */
  unreachable(begun: number): void {
    this.#countFailure(begun, clock());
  }

  /** A request has ended in a way that says nothing about the group. */
  abandoned(begun: number): void {
    if (this.settings.breaker.threshold > 0) this.#breaker.abandoned(begun);
  }

  /** Tells a client to come back to its backend, unless it knows. */
  stick(request: ServedRequest, row: BoardRow, headers: Field[]): void {
    if (this.#cookie === null || this.#rowOf(request) === row) return;
    const isSecure = request.isPeerTrusted && believedScheme(request.headers) === "https";
    headers.push(["Set-Cookie", this.#cookie.setCookie(row, isSecure)]);
  }

  /** Logs a failure. */
  report(request: ServedRequest, note: Forwarding, error: unknown): void {
    this.#log.warn("Request failed: no response from a backend", () => ({
      "sluice.request.id": request.id,
      ...traceAttributes(request.span),
      "http.request.method": request.method,
      "url.path": request.path,
      ...this.#about(),
      "sluice.upstream.address": note.address ?? undefined,
      "sluice.upstream.attempts": note.attempts,
      "sluice.upstream.failure": note.failure,
      "error.message": error instanceof Error ? error.message : String(error),
    }));
  }

  #countFailure(begun: number, now: number): void {
    if (this.settings.breaker.threshold === 0 || !this.#breaker.failed(begun, now)) return;
    this.#log.warn("Breaker opened: too many requests failed", this.#about());
  }

  /** The backend that a request belongs to; null if to none. */
  #rowOf(request: ServedRequest): BoardRow | null {
    if (this.#cookie === null) return null;
    return this.#cookie.rowOf(request.header("cookie"), this.upstream.rows);
  }

  /** What keeps a client on its backend besides a cookie; null if nothing does. */
  #sessionOf(request: ServedRequest): string | null {
    const { sticky } = this.settings;
    return sticky.kind === "header" ? request.header(sticky.name) || null : null;
  }

  #keyOf(request: ServedRequest): string {
    // Only this policy looks at it.
    if (this.upstream.settings.balance !== "hash") return "";
    const { remoteAddr } = request;
    const client = remoteAddr.transport === "tcp" ? remoteAddr.hostname : "";
    return hashKey(this.settings.hashBy, request, client);
  }

  #about(): Record<string, unknown> {
    return { "sluice.upstream.group": this.name };
  }
}
