import type { Service } from "../../../core/service.ts";
import { OutputBuffers } from "../../../http/conversation/output_buffers.ts";
import type { ServedRequest } from "../../../http/conversation/served_request.ts";
import { HttpError } from "../../../http/error.ts";
import type { HttpResponse } from "../../../http/message.ts";
import type { Logger } from "../../../log/logger.ts";
import type { Route } from "../../../settings/balancer.ts";
import type { BoardRow } from "../../../upstream/board_row.ts";
import { serveRequests } from "../../http/http_service.ts";
import type { ServiceContext, ServiceHost } from "../../service.ts";
import type { ProxyOptions } from "../options.ts";
import { Router } from "../router.ts";
import type { Upstream } from "../upstream.ts";
import { ForwardedRequest } from "./forwarded_request.ts";
import { Hops } from "./hops.ts";
import { HttpRouteInUse } from "./http_route.ts";
import { HttpUpstream } from "./http_upstream.ts";
import { Mirror } from "./mirror.ts";
import { type Found, RouteTable } from "./route_table.ts";
import { StickyCookie } from "./sticky_cookie.ts";
import { readStickyKey } from "./sticky_key.ts";

/** The size of the random part of the ids of requests, in bytes. */
const ID_BYTES = 8;
/** How long a backend may be silent for a client that may have left, in milliseconds. */
const HALF_CLOSED_TIMEOUT = 5000;

/** Makes the service that passes on requests. */
export async function serveHttpProxy(
  upstreams: ReadonlyMap<string, Upstream>,
  context: ServiceContext,
  options: ProxyOptions,
  host: ServiceHost,
): Promise<Service> {
  const groups = await httpUpstreams(upstreams, context, options);
  const proxy = new HttpProxy(options, groups, context.log);
  // The time for a response is that of the group.
  const own = {
    advertisesKeepAlive: true,
    halfClosedTimeout: HALF_CLOSED_TIMEOUT,
    // Backends get the ids: no other server may have the same.
    idPrefix: `${crypto.getRandomValues(new Uint8Array(ID_BYTES)).toHex()}-`,
  };
  const conversation = { ...options, requestTimeout: 0, ...own };
  const respond = (request: ServedRequest) => proxy.respond(request);
  return await serveRequests(respond, () => null, context, conversation, host);
}

/** Finds the way of each request. */
class HttpProxy {
  readonly #tables: Router<RouteTable<Route>>;
  readonly #routes = new Map<Found<Route>, HttpRouteInUse>();
  readonly #groups: ReadonlyMap<string, HttpUpstream>;
  readonly #hops: Hops;
  readonly #log: Logger;

  constructor(
    { routes, trustedProxies }: ProxyOptions,
    groups: ReadonlyMap<string, HttpUpstream>,
    log: Logger,
  ) {
    const byListener = Map.groupBy(routes, ({ bind }) => bind === null ? "" : JSON.stringify(bind));
    this.#tables = new Router(
      [...byListener.values()].map((same) =>
        [same[0]?.bind ?? null, new RouteTable(same)] as const
      ),
    );
    this.#groups = groups;
    this.#log = log;
    this.#hops = new Hops(trustedProxies);
  }

  respond(request: ServedRequest): Promise<HttpResponse> {
    const found = this.#tables.find(request.socketAddr)?.find(request.head.host, request.path);
    if (found === undefined || found === null) throw new HttpError(404, "no route leads there");
    if (request.span !== null && found.route.path !== null) {
      request.span.routed(found.route.path.text);
    }
    const route = this.#routeOf(found);
    route.limitBody(request);
    return new ForwardedRequest(route, request).respond();
  }

  #routeOf(found: Found<Route>): HttpRouteInUse {
    const known = this.#routes.get(found);
    if (known !== undefined) return known;
    const { group, http: { mirror } } = found.route;
    const copies = mirror === null
      ? null
      : new Mirror(this.#group(mirror.group), mirror.share, this.#log);
    const route = new HttpRouteInUse(found, this.#group(group), copies, this.#hops);
    this.#routes.set(found, route);
    return route;
  }

  #group(name: string): HttpUpstream {
    const group = this.#groups.get(name);
    if (group === undefined) throw new Error(`There is no group "${name}"`);
    return group;
  }
}

async function httpUpstreams(
  upstreams: ReadonlyMap<string, Upstream>,
  { log }: ServiceContext,
  { maxHeaderSize, maxHeaders }: ProxyOptions,
): Promise<Map<string, HttpUpstream>> {
  const client = { buffers: new OutputBuffers(), limits: { maxHeaderSize, maxHeaders } };
  const made = new Map<string, HttpUpstream>();
  for (const [name, upstream] of upstreams) {
    const { sticky } = upstream.settings.http;
    const cookie = sticky.kind === "cookie"
      ? new StickyCookie<BoardRow>(sticky.name, await readStickyKey(sticky.keyFile), name)
      : null;
    made.set(name, new HttpUpstream({ upstream, client, cookie, log }));
  }
  return made;
}
