import type { InferRouteParams } from "rou3";
import type { HttpRequest, RouteParams } from "../message.ts";
import type { RouteResult } from "./route_result.ts";

/**
 * Handles the requests of one route.
 *
 * @typeParam Params The path parameters.
 * @typeParam Context Made once per lane.
 */
export type RouteHandler<Params = RouteParams, Context = unknown> = (
  request: HttpRequest<Params>,
  context: Context,
) => RouteResult | Promise<RouteResult>;

/** Handlers by `METHOD /path`, or by `/path` for every method. */
export interface RouteTable<Context = unknown> {
  readonly [key: string]: AnyRoute<Context>;
}

/** A handler of any path parameters. As the type of a method, it accepts handlers of some in particular. */
type AnyRoute<Context> = {
  route(
    request: HttpRequest,
    context: Context,
  ): RouteResult | Promise<RouteResult>;
}["route"];

/** The path parameters of a key of a table: `{ id: string }` for `GET /users/:id`. */
export type ParamsOf<Key extends string> = string extends Key ? RouteParams
  : Key extends `${string} ${infer Path}` ? InferRouteParams<Path>
  : InferRouteParams<Key>;

/** A table whose handlers get the path parameters of their keys. */
export type TypedRoutes<Key extends string, Context> = {
  readonly [K in Key]: RouteHandler<ParamsOf<K>, Context>;
};

/** A row of a table. */
export interface Route {
  /** As written in the table. */
  readonly key: string;
  /** {@linkcode EVERY_METHOD} if the key names none. */
  readonly method: string;
  /** Without a trailing slash, which is insignificant. */
  readonly path: string;
  /** Whether the path has to be matched as a pattern, rather than compared. */
  readonly isPattern: boolean;
  readonly handler: RouteHandler;
}

/** The method of a route for every method. No request has an empty one. */
export const EVERY_METHOD = "";

const TABLE = `an object such as { "GET /path/:id": handler }`;
const KEY = `"METHOD /path" with the method in capitals, or "/path" for every method`;
/** A token without lower-case letters (RFC 9110, 5.6.2), a space, and a path. */
const KEY_PATTERN = /^(?:([!#$%&'*+.^_`|~\dA-Z-]+) )?(\/\S*)$/;
/** A path without parameters, wildcards, groups, dot segments, or characters to encode. */
const PLAIN = /^(?:\/(?!\.|%2e)[\w.~!$&'@;=,%-]*)+$/i;

/**
 * Validates a table, and adds a route for HEAD to each route for GET that has none.
 *
 * @throws {TypeError} "found X, expected Y" if the table is invalid.
 */
export function readRoutes(table: unknown): Route[] {
  if (typeof table !== "object" || table === null) {
    throw new TypeError(`found routes of type ${typeOf(table)}, expected ${TABLE}`);
  }
  const routes = new Map<string, Route>();
  for (const [key, handler] of Object.entries(table)) {
    const route = readRoute(key, handler);
    const shape = shapeOf(route.method, route.path);
    const same = routes.get(shape);
    if (same !== undefined) {
      throw new TypeError(`found the routes "${same.key}" and "${key}", expected one of them`);
    }
    routes.set(shape, route);
  }
  if (routes.size === 0) throw new TypeError(`found no routes, expected ${TABLE}`);
  return [...routes.values()].flatMap((route) =>
    route.method === "GET" && !routes.has(shapeOf("HEAD", route.path))
      ? [route, { ...route, method: "HEAD" }]
      : [route]
  );
}

/** Removes a trailing slash from a path. */
export function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function readRoute(key: string, handler: unknown): Route {
  const match = KEY_PATTERN.exec(key);
  if (match === null) throw new TypeError(`found the route "${key}", expected ${KEY}`);
  if (typeof handler !== "function") {
    throw new TypeError(`found the route "${key}" of type ${typeOf(handler)}, expected a function`);
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

/** Equal for routes that differ only in the names of their parameters. */
function shapeOf(method: string, path: string): string {
  return `${method} ${path.replaceAll(/\/:\w+/g, "/:")}`;
}

function typeOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
