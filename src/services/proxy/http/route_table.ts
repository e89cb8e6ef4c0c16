import type { RoutePath } from "../../../settings/balancer.ts";
import { decodeNeedless } from "../../../base/path_encoding.ts";
import { isAmbiguous, looseReading } from "./path_reading.ts";
import { type PathEntry, PathTable } from "./path_table.ts";

/** What a route says of the requests that it is for. */
export interface RouteMatch {
  /** In lower case; after `*.`, the end of one. null for any. */
  readonly host: string | null;
  readonly path: RoutePath | null;
}

/** A route that was found for a request; the same object for each. */
export interface Found<Route> extends PathEntry {
  readonly route: Route;
  /** How many segments its prefix has; 0 if it has none. */
  readonly depth: number;
}

/** The longest name that DNS knows (RFC 1035, 2.3.4). */
const MAX_NAME = 253;

/**
 * Finds the routes of requests to one listener. The most specific one wins, whatever their order:
 * one with the same host before the longest `*.example.com` (which is for all names below, at any
 * depth) before one for any host; and of those, the longest path.
 *
 * A route that guards a path must not be passed by: what a backend could read as `/admin` has to
 * be routed as that. Yet servers disagree how a path is read: whether `/x/../admin`, `//admin`,
 * `/admin%2Fx`, `/admin;v=1` or `\admin` are below it. So a path that could be read in more ways
 * than one is read in the strictest and in the loosest way, and no route is found if they lead to
 * different ones, or the path has segments `.` or `..`: clients resolve those before they send
 * them. `/%61dmin` is `/admin` to all. The path itself is sent on as it came. Where no route of
 * the host names a path, paths are not looked at.
 */
export class RouteTable<Route extends RouteMatch> {
  readonly #hosts = new Map<string, PathTable<Found<Route>>>();
  /** By the end of the host, with its first dot. */
  readonly #domains = new Map<string, PathTable<Found<Route>>>();
  readonly #rest: PathTable<Found<Route>> | null;
  readonly #looksAtPaths: boolean;

  /**
   * @param routes Each with another host and path.
   * @throws {TypeError} If a pattern is malformed.
   */
  constructor(routes: readonly Route[]) {
    let rest: PathTable<Found<Route>> | null = null;
    for (const [host, same] of Map.groupBy(routes, (route) => route.host)) {
      const table = new PathTable(same.map(foundOf));
      if (host === null) rest = table;
      else if (host.startsWith("*.")) this.#domains.set(host.slice(1), table);
      else this.#hosts.set(host, table);
    }
    this.#rest = rest;
    this.#looksAtPaths = routes.some(({ path }) => path !== null);
  }

  /**
   * Finds the route of a request.
   *
   * @param host The field Host: with or without a port, in any case; a dot at the end of the name
   * is ignored.
   * @param path As sent, without the query; or `*`.
   * @returns null if there is none, or the path is ambiguous.
   */
  find(host: string, path: string): Found<Route> | null {
    const name = this.#hosts.size + this.#domains.size > 0 ? nameOf(host) : "";
    if (!this.#looksAtPaths) return this.#find(name, path);
    const strict = decodeNeedless(path);
    const found = this.#find(name, strict);
    if (!isAmbiguous(strict) || !this.#tablesOf(name).some(looksAtPaths)) return found;
    const loose = looseReading(strict);
    return loose !== null && this.#find(name, loose) === found ? found : null;
  }

  #find(name: string, path: string): Found<Route> | null {
    return this.#hosts.get(name)?.find(path) ??
      (this.#domains.size > 0 ? this.#findBelow(name, path) : null) ??
      this.#rest?.find(path) ?? null;
  }

  #findBelow(name: string, path: string): Found<Route> | null {
    for (let dot = firstDot(name); dot !== -1; dot = name.indexOf(".", dot + 1)) {
      const found = this.#domains.get(name.slice(dot))?.find(path) ?? null;
      if (found !== null) return found;
    }
    return null;
  }

  /** All tables for a host. */
  #tablesOf(name: string): PathTable<Found<Route>>[] {
    const tables = [this.#rest, this.#hosts.get(name)];
    for (let dot = firstDot(name); dot !== -1; dot = name.indexOf(".", dot + 1)) {
      tables.push(this.#domains.get(name.slice(dot)));
    }
    return tables.filter((table) => table !== null && table !== undefined);
  }
}

/**
 * Replaces the prefix by which a route was found. `/` in place of `/app` makes `/` of `/app`, and
 * `/x?y` of `/app/x?y`.
 *
 * @param target In origin form: `/path?query`.
 * @param rewrite What replaces the prefix: a path, with or without a slash at its end.
 */
export function rewritten(found: Found<unknown>, rewrite: string, target: string): string {
  const query = target.indexOf("?");
  const pathEnd = query === -1 ? target.length : query;
  let end = 0;
  for (let segments = 0; segments < found.depth; segments++) {
    const slash = target.indexOf("/", end + 1);
    end = slash === -1 || slash > pathEnd ? pathEnd : slash;
  }
  const base = rewrite.endsWith("/") ? rewrite.slice(0, -1) : rewrite;
  const rest = target.slice(end);
  return base === "" && !rest.startsWith("/") ? `/${rest}` : base + rest;
}

function foundOf<Route extends RouteMatch>(route: Route): Found<Route> {
  const { path } = route;
  const isDeep = path?.kind === "prefix" && path.text !== "/";
  return { route, path, depth: isDeep ? path.text.split("/").length - 1 : 0 };
}

function looksAtPaths(table: PathTable<PathEntry>): boolean {
  return table.looksAtPaths;
}

/** Where the domain of a host begins; -1 if it has none, or is no name. */
function firstDot(name: string): number {
  return name.length > MAX_NAME ? -1 : name.indexOf(".", 1);
}

function nameOf(host: string): string {
  // A colon within brackets is part of an address of IPv6.
  const colon = host.indexOf(":", host.startsWith("[") ? host.indexOf("]") : 0);
  const name = (colon === -1 ? host : host.slice(0, colon)).toLowerCase();
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
