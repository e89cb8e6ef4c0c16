/** The settings of the balancer: groups of backends, and the routes to them. */
import { EXIT, ExitError } from "../base/exit.ts";
import type { BalancerSettings } from "./balancer.ts";
import {
  DEFAULT_GROUP,
  groupOf,
  groupValues,
  hasBackends,
  type LoadedGroup,
  loadGroups,
} from "./balancer_groups.ts";
import { checkBodySizes, checkCookies, checkKeys } from "./balancer_checks.ts";
import { type Found, quote } from "./found.ts";
import { type BalancerSources, settleProtocol } from "./protocol.ts";
import { routeOf, settleRoutes } from "./routes.ts";

/** The settings of the balancer, and where those of the groups in tables come from. */
export interface LoadedBalancer {
  readonly settings: BalancerSettings & {
    /** Without a limit if no source sets one: it is for the backends to limit what they take. */
    readonly maxBodySize: number;
  };
  readonly groups: readonly LoadedGroup[];
}

/**
 * Completes the groups and routes with what is set at the top. Leaves out the routes of addresses
 * that are not listened on, since a flag or the environment names others.
 *
 * @throws {ExitError} 78 if a group or a route is wrong; if there is no group, with the code of
 * the source of `--service proxy`; if a setting contradicts the protocol, 64 if either is a flag,
 * otherwise 78.
 */
export async function loadBalancer(sources: BalancerSources): Promise<LoadedBalancer> {
  const { top, found, tables } = sources;
  const values = groupValues(top);
  const groups = loadGroups(tables.groups, { values, found });
  const upstreams = [
    ...hasBackends(values) ? [groupOf(DEFAULT_GROUP, values)] : [],
    ...groups.map((group) => groupOf(group.name, group.values)),
  ];
  if (upstreams.length === 0) throw noBackends(found.get("service"));
  const protocol = settleProtocol(sources);
  checkKeys(sources, groups);
  checkBodySizes(sources);
  const routes = await settleRoutes(tables.routes, upstreams.map(({ name }) => name));
  checkCookies(sources, upstreams, routes);
  const used = routes.filter((route) =>
    route.bind === null || top.bind.some((address) => routeOf([route], address) !== null)
  );
  const settings = {
    protocol,
    upstreams: Object.freeze(upstreams),
    routes: Object.freeze(used),
    maxBodySize: found.has("maxBodySize") ? top.maxBodySize : 0,
  };
  return { settings, groups };
}

function noBackends(service: Found | undefined): ExitError {
  return new ExitError(
    `Cannot use ${service?.name} ${quote(service?.value)}${service?.where}: no backends, ` +
      "expected --upstream, --upstream-file or, in the configuration file, a table " +
      "[upstreams.NAME]",
    service?.exitCode ?? EXIT.config,
  );
}
