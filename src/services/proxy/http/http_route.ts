import type { ExchangeTimeouts } from "../../../http/client/exchange_times.ts";
import { requestHead } from "../../../http/forwarding/outgoing_request.ts";
import type { ServedRequest } from "../../../http/conversation/served_request.ts";
import type { Field } from "../../../http/message.ts";
import type { HttpRoute, Route } from "../../../settings/balancer.ts";
import { GatewayError } from "./failures.ts";
import type { Hops } from "./hops.ts";
import type { HttpUpstream } from "./http_upstream.ts";
import { type Mirror, MirroredRequest } from "./mirror.ts";
import { type Found, rewritten } from "./route_table.ts";
import { upgradeOf } from "./upgrade.ts";

/** Methods whose requests usually have a body. */
const WITH_BODY: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

/** A route as one lane uses it: what it does to requests, and how many of them are in progress. */
export class HttpRouteInUse {
  readonly group: HttpUpstream;
  readonly timeouts: ExchangeTimeouts;
  readonly retries: number;
  readonly setResponseFields: readonly Field[];
  readonly removedResponseFields: ReadonlySet<string>;
  /** Where copies of requests go; null for nowhere. */
  readonly #mirror: Mirror | null;
  readonly #found: Found<Route>;
  readonly #settings: HttpRoute;
  readonly #setRequestFields: readonly Field[];
  readonly #removedRequestFields: ReadonlySet<string>;
  readonly #hops: Hops;
  #running = 0;

  constructor(
    found: Found<Route>,
    group: HttpUpstream,
    mirror: Mirror | null,
    hops: Hops,
  ) {
    const settings = found.route.http;
    const { head, idle, total } = settings.timeouts;
    const { timeouts, retries } = group.settings;
    this.group = group;
    this.timeouts = {
      head: head ?? timeouts.head,
      idle: idle ?? timeouts.idle,
      total: total ?? timeouts.total,
    };
    this.retries = settings.retries ?? retries;
    this.#setRequestFields = settings.setRequestFields;
    this.#removedRequestFields = new Set(settings.removedRequestFields);
    this.setResponseFields = settings.setResponseFields;
    this.removedResponseFields = new Set(settings.removedResponseFields);
    this.#mirror = mirror;
    this.#found = found;
    this.#settings = settings;
    this.#hops = hops;
  }

  /**
   * Applies the limit of the route to the body of a request.
   *
   * @throws {HttpError} 413 if it is known to be longer.
   */
  limitBody(request: ServedRequest): void {
    const { maxBodySize } = this.#settings;
    // Without one, or with 0, that of the server holds.
    if (maxBodySize === null || maxBodySize === 0 || request.head.contentLength === 0) return;
    request.body.limit(maxBodySize);
  }

  /** What is to be sent of a request to a second group, too; null if nothing is. */
  mirrored(request: ServedRequest): MirroredRequest | null {
    const mirror = this.#mirror;
    if (mirror === null || !mirror.wants(request)) return null;
    // By the time that it is sent, the whole body is there.
    return new MirroredRequest(mirror, request, this.headOf(request, mirror.group, false));
  }

  /**
   * The head of a request, as its backend gets it: one character per byte.
   *
   * @param group That of the backend.
   * @param expectsContinue Whether the backend is asked for a 100 before a body.
   */
  headOf(
    request: ServedRequest,
    group: HttpUpstream = this.group,
    expectsContinue: boolean = request.expectsContinue,
  ): string {
    const { method, head, headers, peerAddr, localAddr, span } = request;
    const { contentLength: length } = head;
    const set = this.#setRequestFields;
    const removed = this.#removedRequestFields;
    return requestHead({
      method,
      target: this.#targetOf(request),
      host: head.host,
      minor: head.minor,
      fields: headers,
      length,
      hasLength: length === 0 && method !== "GET" && needsLength(request),
      expectsContinue: expectsContinue && length !== 0,
      upgrade: upgradeOf(request),
      closes: group.settings.keepAlive === 0,
      requestId: request.id,
      set: span === null ? set : [...span.outgoing, ...set],
      removed: span?.dropsState === true ? new Set(removed).add("tracestate") : removed,
    }, this.#hops.of(peerAddr, localAddr));
  }

  /** The target of a request, as its backend sees it. */
  #targetOf({ path, query, target }: ServedRequest): string {
    const { rewrite } = this.#settings;
    const isOrigin = target.startsWith("/");
    if (rewrite === null && isOrigin) return target;
    const origin = isOrigin || query === "" && !target.endsWith("?") ? path : `${path}?${query}`;
    return rewrite === null ? origin : rewritten(this.#found, rewrite, isOrigin ? target : origin);
  }

  /**
   * A request begins; to be followed by {@linkcode leave}.
   *
   * @throws {GatewayError} 503 if there are too many, or the group fails too many.
   */
  enter(): void {
    const { maxRequests } = this.#settings;
    if (maxRequests > 0 && this.#running >= maxRequests) {
      throw new GatewayError("connection_limit_reached", null);
    }
    this.group.enter();
    this.#running++;
  }

  leave(): void {
    this.#running--;
    this.group.leave();
  }
}

/** Whether a request without a body has to say so (RFC 9110, 8.6). */
function needsLength(request: ServedRequest): boolean {
  return WITH_BODY.has(request.method) || request.header("content-length") !== null;
}
