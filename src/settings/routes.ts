/** Which group the clients of a listener go to. */
import { type Address, formatAddress } from "../base/address.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import type { HttpRoute, Route } from "./balancer.ts";
import { DEFAULT_GROUP } from "./balancer_groups.ts";
import type { FileRoute } from "./config_tables.ts";
import { finalValue, type Found, quote } from "./found.ts";
import { nearest } from "./nearest.ts";
import { type OptionKey, OPTIONS } from "./options.ts";

/** A route that does nothing to requests and responses. */
export const PLAIN_HTTP_ROUTE: HttpRoute = {
  rewrite: null,
  setRequestFields: [],
  removedRequestFields: [],
  setResponseFields: [],
  removedResponseFields: [],
  timeouts: { head: null, idle: null, total: null },
  maxBodySize: null,
  maxRequests: 0,
  retries: null,
  mirror: null,
};

/** What is the same in all routes for any request. */
const ALL_REQUESTS = { host: null, path: null, http: PLAIN_HTTP_ROUTE };

/**
 * Settles the routes of a file. Clients of listeners that no route names go to the group
 * `default`, or else to the only group.
 *
 * @param groups The names of all groups.
 * @throws {ExitError} 78 if a route leads to no group, or two are for the same clients.
 */
export async function settleRoutes(
  routes: readonly FileRoute[],
  groups: readonly string[],
): Promise<readonly Route[]> {
  const settled = new Map<string | null, Route>();
  for (const { bind, group, place } of routes) {
    if (!groups.includes(group)) throw await unknownGroup(group, place, groups);
    for (const address of bind.length === 0 ? [null] : bind) {
      const name = nameOf(address);
      if (settled.has(name)) throw repeated(name, place);
      settled.set(name, { bind: address, group, ...ALL_REQUESTS });
    }
  }
  const rest = groups.length === 1 ? groups[0] : groups.find((name) => name === DEFAULT_GROUP);
  if (rest !== undefined && !settled.has(null)) {
    settled.set(null, { bind: null, group: rest, ...ALL_REQUESTS });
  }
  return [...settled.values()];
}

/**
 * Finds the route of a listener.
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
  const [first] = routes.flatMap((route) => route.found ?? []);
  if (first === undefined) return;
  const own = found.get("bind");
  const listed = own === undefined ? [] : finalValue(OPTIONS.bind, own) as readonly Address[];
  const names = listed.map(formatAddress);
  const added = routes.flatMap(({ bind }) => bind.map(formatAddress))
    .filter((name) => !names.includes(name));
  found.set("bind", { ...own ?? first, value: [...names, ...added] });
}

/** The most groups that a message lists. */
const MAX_LISTED = 10;

function nameOf(address: Address | null): string | null {
  return address === null ? null : formatAddress(address);
}

async function unknownGroup(
  group: string,
  place: string,
  groups: readonly string[],
): Promise<ExitError> {
  const hint = await nearest(group, groups);
  const some = groups.slice(0, MAX_LISTED).join(", ");
  const expected = hint === null
    ? `expected one of ${some}${groups.length > MAX_LISTED ? ", ..." : ""}`
    : `did you mean ${quote(hint)}?`;
  return new ExitError(
    `Cannot use upstream ${quote(group)} in ${place}: there is no such group, ${expected}`,
    EXIT.config,
  );
}

/** @param name The address; null for all others. */
function repeated(name: string | null, place: string): ExitError {
  return new ExitError(
    name === null
      ? `Cannot use ${place}: another has no bind either, expected one at most`
      : `Cannot use bind ${quote(name)} in ${place}: expected one route for each address`,
    EXIT.config,
  );
}
