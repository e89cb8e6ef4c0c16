/** Which group the clients of a listener, or their requests, go to. */
import { type Address, formatAddress } from "../base/address.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import type { Route, RoutePath } from "./balancer.ts";
import { DEFAULT_GROUP } from "./balancer_groups.ts";
import type { FileRoute } from "./config_tables.ts";
import { finalValue, type Found, quote } from "./found.ts";
import { httpRouteOf, PLAIN_HTTP_ROUTE } from "./http_route.ts";
import { nearest } from "./nearest.ts";
import { kebab, type OptionKey, OPTIONS } from "./options.ts";

/**
 * Settles the routes of a file. Clients of listeners that no route names, and their requests that
 * are for no route, go to the group `default`; or else to the only group, unless routes name
 * hosts or paths: then what they do not name is for nobody.
 *
 * @param groups The names of all groups.
 * @throws {ExitError} 78 if a route leads to no group, contradicts itself, or is for the same as
 * another.
 */
export async function settleRoutes(
  routes: readonly FileRoute[],
  groups: readonly string[],
): Promise<readonly Route[]> {
  const settled = new Map<string, Route>();
  const places = new Map<string, string>();
  for (const route of routes) {
    for (const key of ["upstream", "mirror"] as const) {
      const name = route.values[key];
      if (name !== null && !groups.includes(name)) throw await unknownGroup(key, route, groups);
    }
    const http = httpRouteOf(route);
    for (const match of matchesOf(route)) {
      const key = keyOf(match);
      const other = places.get(key);
      if (other !== undefined) throw repeated(match, route.place, other);
      places.set(key, route.place);
      settled.set(key, { ...match, group: route.group, http });
    }
  }
  const rest = restOf(routes, groups);
  const key = keyOf(ANY);
  if (rest !== null && !settled.has(key)) {
    settled.set(key, { ...ANY, group: rest, http: PLAIN_HTTP_ROUTE });
  }
  return [...settled.values()];
}

/**
 * Finds the route of a listener: the first, if there are several for different requests.
 *
 * @param address The address as in `bind`.
 * @returns null if there is none.
 */
export function routeOf(routes: readonly Route[], address: Address): Route | null {
  const name = formatAddress(address);
  return routes.find(({ bind }) => nameOf(bind) === name) ??
    routes.find(({ bind }) => bind === null) ?? null;
}

/**
 * Adds the addresses of routes to `bind` of the same file: a server listens on what its routes
 * name.
 *
 * @param found What the file sets; modified in place.
 * @throws {ExitError} 78 if `bind` is wrong.
 */
export function bindRoutes(found: Map<OptionKey, Found>, routes: readonly FileRoute[]): void {
  const [first] = routes.flatMap((route) => route.found.get("bind") ?? []);
  if (first === undefined) return;
  const own = found.get("bind");
  const listed = own === undefined ? [] : finalValue(OPTIONS.bind, own) as readonly Address[];
  const names = listed.map(formatAddress);
  const added = new Set(routes.flatMap(({ values }) => values.bind.map(formatAddress)))
    .difference(new Set(names));
  found.set("bind", { ...own ?? first as Found<"bind">, value: [...names, ...added] });
}

/** Whether a route is for some requests only, which takes HTTP. */
export function isForSome({ values }: FileRoute): boolean {
  return values.host.length > 0 || values.path !== null;
}

/** What a route is for. */
type Match = Pick<Route, "bind" | "host" | "path">;

const ANY: Match = { bind: null, host: null, path: null };

function matchesOf({ values }: FileRoute): Match[] {
  const path = isRoot(values.path) ? null : values.path;
  const hosts = values.host.length === 0 ? [null] : values.host;
  const listeners = values.bind.length === 0 ? [null] : values.bind;
  return listeners.flatMap((bind) => hosts.map((host) => ({ bind, host, path })));
}

function isRoot(path: RoutePath | null): boolean {
  return path?.kind === "prefix" && path.text === "/";
}

/** The same for matches of the same requests; names in patterns make no difference. */
function keyOf({ bind, host, path }: Match): string {
  const text = path?.kind === "pattern"
    ? path.text.replaceAll(/:[\p{ID_Start}$_][\p{ID_Continue}$]*/gu, ":")
    : path?.text ?? null;
  return JSON.stringify([nameOf(bind), host, path?.kind ?? null, text]);
}

function restOf(routes: readonly FileRoute[], groups: readonly string[]): string | null {
  if (groups.includes(DEFAULT_GROUP)) return DEFAULT_GROUP;
  const [only = null, ...more] = groups;
  return more.length > 0 || routes.some(isForSome) ? null : only;
}

/** The most groups that a message lists. */
const MAX_LISTED = 10;

function nameOf(address: Address | null): string | null {
  return address === null ? null : formatAddress(address);
}

async function unknownGroup(
  key: "upstream" | "mirror",
  { values, place }: FileRoute,
  groups: readonly string[],
): Promise<ExitError> {
  const group = values[key] ?? "";
  const hint = await nearest(group, groups);
  const some = groups.slice(0, MAX_LISTED).join(", ");
  const expected = hint === null
    ? `expected one of ${some}${groups.length > MAX_LISTED ? ", ..." : ""}`
    : `did you mean ${quote(hint)}?`;
  return new ExitError(
    `Cannot use ${kebab(key)} ${quote(group)} in ${place}: there is no such group, ${expected}`,
    EXIT.config,
  );
}

/** @param other The place of the route that is for the same. */
function repeated({ bind, host, path }: Match, place: string, other: string): ExitError {
  if (host === null && path === null) {
    return new ExitError(
      bind === null
        ? `Cannot use ${place}: another has no bind either, expected one at most`
        : `Cannot use bind ${quote(nameOf(bind))} in ${place}: expected one route for each address`,
      EXIT.config,
    );
  }
  const what = [
    ...bind === null ? [] : [`bind ${quote(nameOf(bind))}`],
    ...host === null ? [] : [`host ${quote(host)}`],
    ...path === null ? [] : [`path ${quote(path.text)}`],
  ].join(" and ");
  return new ExitError(
    `Cannot use ${what} in ${place}: ${other} is for the same requests, expected another host ` +
      "or path",
    EXIT.config,
  );
}
