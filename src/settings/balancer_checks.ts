/** Settings of a balancer that are valid alone, but not together. */
import { EXIT, ExitError } from "../base/exit.ts";
import type { Route, UpstreamGroup } from "./balancer.ts";
import { type GroupValues, hasBackends, type LoadedGroup } from "./balancer_groups.ts";
import { type Found, quote, RANK } from "./found.ts";
import type { BalancerSources } from "./protocol.ts";

/**
 * Checks that each group that is sticky by cookie has a key to sign the cookie with.
 *
 * @param groups Those of the tables, in their order.
 * @throws {ExitError} 64 if a flag makes it sticky, otherwise 78.
 */
export function checkKeys(
  { top, found, tables }: BalancerSources,
  groups: readonly LoadedGroup[],
): void {
  if (hasBackends(top)) checkKey(top, found.get("sticky"));
  groups.forEach(({ values }, i) =>
    checkKey(values, tables.groups[i]?.found.get("sticky") ?? found.get("sticky"))
  );
}

function checkKey({ sticky, stickyKeyFile }: GroupValues, found: Found<string> | undefined): void {
  if (sticky.kind !== "cookie" || stickyKeyFile !== null || found === undefined) return;
  const { name, value, where, source, exitCode } = found;
  throw new ExitError(
    `Cannot use ${name} ${quote(value)}${where} without ` +
      `${source.from === "file" ? "" : "--"}sticky-key-file: expected a file with a key of at ` +
      "least 32 bytes, such as from openssl rand 32",
    exitCode,
  );
}

/**
 * Checks that no route allows larger bodies than the server, which refuses them before it knows
 * the route.
 *
 * @throws {ExitError} 64 if the limit of the server is a flag, otherwise 78.
 */
export function checkBodySizes({ top, found, tables }: BalancerSources): void {
  const limit = found.get("maxBodySize");
  if (limit === undefined || top.maxBodySize === 0) return;
  for (const route of tables.routes) {
    const { maxBodySize } = route.values;
    if (maxBodySize === null || maxBodySize > 0 && maxBodySize <= top.maxBodySize) continue;
    throw new ExitError(
      `Cannot combine max-body-size ${quote(route.found.get("maxBodySize")?.value)} in ` +
        `${route.place} with ${limit.name} ${quote(limit.value)}${limit.where}: expected at most ` +
        "the limit of the server",
      limit.rank === RANK.flag ? EXIT.usage : EXIT.config,
    );
  }
}

/**
 * Checks that no two groups give clients of the same host cookies of the same name: each would
 * replace the other's, and no client would stay.
 *
 * @param groups All groups.
 * @param routes All routes.
 * @throws {ExitError} 64 if a flag names the cookie, otherwise 78.
 */
export function checkCookies(
  { found, tables }: BalancerSources,
  groups: readonly UpstreamGroup[],
  routes: readonly Route[],
): void {
  const named = groups.filter(({ http }) => http.sticky.kind === "cookie");
  for (const [i, group] of named.entries()) {
    for (const other of named.slice(i + 1)) {
      if (nameOf(group) !== nameOf(other) || !shareHost(group.name, other.name, routes)) continue;
      const own = tables.groups.find(({ name }) => name === other.name)?.found.get("stickyCookie");
      const set = own ?? found.get("stickyCookie");
      throw new ExitError(
        `Cannot use ${set?.name ?? "sticky-cookie"} ${quote(nameOf(other))}${set?.where ?? ""} ` +
          `for the groups ${quote(group.name)} and ${quote(other.name)}: they serve the same ` +
          "host, where each would replace the cookie of the other, expected a name for each",
        set?.exitCode ?? EXIT.config,
      );
    }
  }
}

function nameOf({ http: { sticky } }: UpstreamGroup): string {
  return sticky.kind === "cookie" ? sticky.name : "";
}

/** Whether requests for one host may go to both of two groups. */
function shareHost(group: string, other: string, routes: readonly Route[]): boolean {
  const of = (name: string) => routes.filter((route) => route.group === name);
  return of(group).some((one) => of(other).some((two) => shareRequests(one, two, routes)));
}

function shareRequests(one: Route, two: Route, routes: readonly Route[]): boolean {
  const [narrow, wide] = isWithin(one.host, two.host) ? [one, two] : [two, one];
  if (!isWithin(narrow.host, wide.host)) return false;
  // Cookies do not know ports.
  if (listenerOf(one) !== listenerOf(two) || narrow.host === wide.host) return true;
  // One for all paths of the narrower host leaves nothing to the wider one.
  return !routes.some((route) =>
    route.path === null && listenerOf(route) === listenerOf(one) && route.host !== wide.host &&
    isWithin(narrow.host, route.host) && isWithin(route.host, wide.host)
  );
}

function listenerOf({ bind }: Route): string {
  return JSON.stringify(bind);
}

/** Whether all hosts that one part of a route stands for are among those of another. */
function isWithin(host: string | null, other: string | null): boolean {
  if (other === null || host === other) return true;
  return host !== null && other.startsWith("*.") && host.endsWith(other.slice(1));
}
