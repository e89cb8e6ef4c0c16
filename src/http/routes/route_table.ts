import type { HttpRequest, HttpResponse } from "../message.ts";

/** What a route answers with: text and bytes are a whole response, nothing is 204. */
export type RouteResult = HttpResponse | string | Uint8Array | null | undefined;

/** Answers the requests of one route. */
export type RouteHandler = (request: HttpRequest) => RouteResult | Promise<RouteResult>;

/** Handlers by `METHOD /path`, or by `/path` for every method. */
export type RouteTable = Readonly<Record<string, RouteHandler>>;

/** A row of a table. */
export interface Route {
  /** As it was written. */
  readonly key: string;
  /** {@linkcode EVERY_METHOD} where none is named. */
  readonly method: string;
  /** Without a slash at its end, which makes no difference. */
  readonly path: string;
  /** Whether the path has more to it than its characters. */
  readonly isPattern: boolean;
  readonly handler: RouteHandler;
}

/** The method of a route that takes all: no request has an empty one. */
export const EVERY_METHOD = "";

const TABLE = `an object such as { "GET /path/:id": handler }`;
const KEY = `"METHOD /path" with the method in capitals, or "/path" for every method`;
/** A token (RFC 9110, 5.6.2) without small letters, a space, and a path. */
const KEY_PATTERN = /^(?:([!#$%&'*+.^_`|~\dA-Z-]+) )?(\/\S*)$/;
/** A path without parameters, wildcards and groups, and nothing to encode or to resolve. */
const PLAIN = /^(?:\/(?!\.|%2e)[\w.~!$&'@;=,%-]*)+$/i;

/**
 * Reads a table. A route for GET is one for HEAD, too, where no other is.
 *
 * @throws {TypeError} "found X, wanted Y" if it is none.
 */
export function readRoutes(table: unknown): Route[] {
  if (typeof table !== "object" || table === null) {
    throw new TypeError(`found routes of type ${typeOf(table)}, wanted ${TABLE}`);
  }
  const routes = new Map<string, Route>();
  for (const [key, handler] of Object.entries(table)) {
    const route = readRoute(key, handler);
    const shape = shapeOf(route.method, route.path);
    const same = routes.get(shape);
    if (same !== undefined) {
      throw new TypeError(`found the routes "${same.key}" and "${key}", wanted one of them`);
    }
    routes.set(shape, route);
  }
  if (routes.size === 0) throw new TypeError(`found no routes, wanted ${TABLE}`);
  return [...routes.values()].flatMap((route) =>
    route.method === "GET" && !routes.has(shapeOf("HEAD", route.path))
      ? [route, { ...route, method: "HEAD" }]
      : [route]
  );
}

/** A path without the slash at its end. */
export function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function readRoute(key: string, handler: unknown): Route {
  const match = KEY_PATTERN.exec(key);
  if (match === null) throw new TypeError(`found the route "${key}", wanted ${KEY}`);
  if (typeof handler !== "function") {
    throw new TypeError(`found the route "${key}" of type ${typeOf(handler)}, wanted a function`);
  }
  const [, method = EVERY_METHOD, path = ""] = match;
  return {
    key,
    method,
    path: withoutSlash(path),
    isPattern: !PLAIN.test(path),
    handler: handler as RouteHandler,
  };
}

/** The same for routes that differ only in what they call their parameters. */
function shapeOf(method: string, path: string): string {
  return `${method} ${path.replaceAll(/\/:\w+/g, "/:")}`;
}

function typeOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
