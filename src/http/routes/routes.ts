import { isThenable } from "../../base/thenable.ts";
import { HttpError } from "../error.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "../message.ts";
import { decodeParams } from "./route_params.ts";
import { responseOf, type RouteResult } from "./route_result.ts";
import type { RoutePatterns } from "./route_patterns.ts";
import {
  EVERY_METHOD,
  readRoutes,
  type Route,
  type RouteHandler,
  type RouteTable,
  withoutSlash,
} from "./route_table.ts";

export type { RouteResult } from "./route_result.ts";
export type { RouteHandler, RouteTable, TypedRoutes } from "./route_table.ts";

/**
 * Makes a handler from a table of routes, keyed `METHOD /path`. Paths may be patterns
 * of the library rou3: `/users/:id`, `/files/**`, `/tags/:tag(\\d+)`. They are
 * compared with paths as sent, still percent-encoded; a trailing slash is
 * insignificant. An exact path takes precedence over a pattern.
 *
 * HEAD falls back to the route of GET. OPTIONS, unless it has a route, lists the
 * methods of the path. Other methods of a known path get 405, an unknown path 404.
 *
 * @param context Passed to every handler.
 * @throws {TypeError} If {@linkcode checkRoutes} finds an error.
 */
export function serveRoutes<Context>(table: RouteTable<Context>, context: Context): HttpHandler {
  const router = new Router(readRoutes(table), context);
  const serve = (request: HttpRequest) => router.serve(request);
  return Object.assign(serve, { routeOf: (request: HttpRequest) => router.pathOf(request) });
}

/**
 * Checks a table of routes before it is served.
 *
 * @returns The first error, as "found X, expected Y"; null if there is none.
 */
export async function checkRoutes(table: unknown): Promise<string | null> {
  try {
    await new Router(readRoutes(table), null).load();
    return null;
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

class Router {
  /** Handlers of routes with an exact path, by path, then by method. */
  readonly #static = new Map<string, Map<string, RouteHandler>>();
  readonly #dynamic: readonly Route[];
  /** Matches the dynamic routes; null until it is loaded. */
  #patterns: RoutePatterns | null = null;
  readonly #methods: readonly string[];
  readonly #context: unknown;

  constructor(routes: readonly Route[], context: unknown) {
    this.#context = context;
    for (const { path, method, handler } of routes.filter(({ isPattern }) => !isPattern)) {
      const methods = this.#static.get(path) ?? new Map<string, RouteHandler>();
      this.#static.set(path, methods.set(method, handler));
    }
    this.#dynamic = routes.filter(({ isPattern }) => isPattern);
    this.#methods = routes.map(({ method }) => method).filter((method) => method !== EVERY_METHOD);
  }

  /** Loads the matcher of dynamic routes, if there are any. */
  async load(): Promise<void> {
    if (this.#dynamic.length === 0) return;
    const { RoutePatterns } = await import("./route_patterns.ts");
    this.#patterns ??= new RoutePatterns(this.#dynamic);
  }

  serve(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const { method, path } = request;
    const methods = this.#methodsOf(path);
    const handler = methods?.get(method) ?? methods?.get(EVERY_METHOD);
    if (handler !== undefined) return respond(handler(request, this.#context));
    if (this.#patterns !== null) return this.#serveDynamic(request, this.#patterns);
    if (this.#dynamic.length > 0) return this.load().then(() => this.serve(request));
    return respondWithoutRoute(request, this.#allMethods(request, null));
  }

  /** The path of the route that serves a request; null if there is none. */
  pathOf({ method, path }: HttpRequest): string | null {
    const methods = this.#methodsOf(path);
    if (methods?.has(method) || methods?.has(EVERY_METHOD)) return withoutSlash(path);
    return this.#patterns?.find(method, path)?.data.path ?? null;
  }

  #methodsOf(path: string): Map<string, RouteHandler> | undefined {
    return this.#static.get(path) ?? this.#static.get(withoutSlash(path));
  }

  #serveDynamic(
    request: HttpRequest,
    patterns: RoutePatterns,
  ): HttpResponse | Promise<HttpResponse> {
    // The target of OPTIONS may be * instead of a path.
    const match = request.path.startsWith("/")
      ? patterns.find(request.method, request.path)
      : undefined;
    if (match === undefined) {
      return respondWithoutRoute(request, this.#allMethods(request, patterns));
    }
    const { data: { handler }, params } = match;
    if (params !== undefined) request.params = decodeParams(params);
    return respond(handler(request, this.#context));
  }

  /** All methods that have a route for the target of a request. */
  #allMethods({ target, path }: HttpRequest, patterns: RoutePatterns | null): Set<string> {
    if (target === "*") return new Set(this.#methods);
    return new Set([...this.#methodsOf(path)?.keys() ?? [], ...patterns?.methodsOf(path) ?? []]);
  }
}

/** Makes a response, synchronously if possible: a promise costs more than most routes. */
function respond(
  result: RouteResult | Promise<RouteResult>,
): HttpResponse | Promise<HttpResponse> {
  return isThenable(result) ? respondLater(result) : responseOf(result);
}

async function respondLater(result: PromiseLike<RouteResult>): Promise<HttpResponse> {
  // What a promise resolves to is not one itself, so a `then` in it is data, perhaps a client's.
  return responseOf(await result);
}

/** The response if no route matches (RFC 9110, 9.3.7, 15.5.5 and 15.5.6). */
function respondWithoutRoute({ method }: HttpRequest, methods: Set<string>): HttpResponse {
  if (methods.size === 0) throw new HttpError(404, "no route has this path");
  const allow = [...methods.add("OPTIONS")].sort().join(", ");
  if (method === "OPTIONS") return { status: 204, headers: [["Allow", allow]] };
  throw new HttpError(405, `found ${method}, expected one of ${allow}`, [["Allow", allow]]);
}
