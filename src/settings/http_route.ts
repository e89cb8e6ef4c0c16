/** What routes of the configuration file do to requests and responses. */
import { EXIT, ExitError } from "../base/exit.ts";
import type { HttpRoute } from "./balancer.ts";
import type { FileRoute } from "./config_tables.ts";
import { quote } from "./found.ts";
import { kebab } from "./option.ts";
import type { RouteKey } from "./route_options.ts";

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

/**
 * What a route of a file does.
 *
 * @throws {ExitError} 78 if its values contradict each other.
 */
export function httpRouteOf(route: FileRoute): HttpRoute {
  const { values } = route;
  checkTogether(route);
  return {
    rewrite: values.rewrite,
    setRequestFields: values.setRequestHeaders,
    removedRequestFields: values.removeRequestHeaders,
    setResponseFields: values.setResponseHeaders,
    removedResponseFields: values.removeResponseHeaders,
    timeouts: {
      head: values.upstreamTimeout,
      idle: values.upstreamIdleTimeout,
      total: values.upstreamTotalTimeout,
    },
    maxBodySize: values.maxBodySize,
    maxRequests: values.maxRequests,
    retries: values.retries,
    mirror: values.mirror === null
      ? null
      : { group: values.mirror, share: values.mirrorShare / 100 },
  };
}

function checkTogether(route: FileRoute): void {
  const { values, group, found } = route;
  if (values.rewrite !== null && values.path?.kind === "pattern") {
    throw conflict(route, "rewrite", "path", "a path without : * ( { and \\");
  }
  for (const [set, removed] of SET_AND_REMOVED) {
    const names = new Set<string>(values[removed]);
    if (values[set].some(([name]) => names.has(name))) {
      throw conflict(route, set, removed, "each name in one of them");
    }
  }
  if (values.mirror === group) throw conflict(route, "mirror", "upstream", "another group");
  if (values.mirror === null && found.has("mirrorShare")) {
    throw new ExitError(
      `Cannot use ${written(route, "mirrorShare")} in ${route.place} without mirror: expected ` +
        "the name of a group",
      EXIT.config,
    );
  }
}

const SET_AND_REMOVED = [
  ["setRequestHeaders", "removeRequestHeaders"],
  ["setResponseHeaders", "removeResponseHeaders"],
] as const;

function conflict(route: FileRoute, key: RouteKey, other: RouteKey, expected: string): ExitError {
  return new ExitError(
    `Cannot combine ${written(route, key)} with ${written(route, other)} in ${route.place}: ` +
      `expected ${expected}`,
    EXIT.config,
  );
}

function written({ found }: FileRoute, key: RouteKey): string {
  return `${kebab(key)} ${quote(found.get(key)?.value)}`;
}
