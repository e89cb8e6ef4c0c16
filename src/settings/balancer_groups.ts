/** Groups of backends from the options at the top and the tables of the configuration file. */
import { EXIT, ExitError } from "../base/exit.ts";
import type { HttpGroup, Stickiness, UpstreamGroup } from "./balancer.ts";
import type { FileGroup } from "./config_tables.ts";
import { finalValue, type Found, type Source } from "./found.ts";
import type { ValuesOf } from "./option.ts";
import { PROXY_KEYS, PROXY_OPTIONS, type ProxyKey } from "./proxy_options.ts";

/** The group that flags, the environment and the top of the configuration file set. */
export const DEFAULT_GROUP = "default";

/** What the names of cookies begin with that keep clients on their backends. */
const COOKIE = "sluice_backend";

/** The options that no group takes from the top: those would be the backends of another. */
export const NO_BACKENDS = { upstream: [], upstreamFile: null };

/** The final values of the options of one group. */
export type GroupValues = ValuesOf<typeof PROXY_OPTIONS>;

/** A group of the configuration file. */
export interface LoadedGroup {
  readonly name: string;
  readonly values: GroupValues;
  /** Where the value of each option comes from; without an entry, from the top. */
  readonly sources: ReadonlyMap<ProxyKey, Source>;
}

/** What is set at the top. */
export interface Top {
  readonly values: GroupValues;
  readonly found: ReadonlyMap<string, Found<string>>;
}

/**
 * Completes the groups of a file.
 *
 * @throws {ExitError} 78 if a value is wrong, or a group has no backends.
 */
export function loadGroups(groups: readonly FileGroup[], top: Top): readonly LoadedGroup[] {
  return groups.map(({ name, place, found }) => {
    const own = top.found.get("upstream") ?? top.found.get("upstreamFile");
    if (name === DEFAULT_GROUP && own !== undefined) {
      throw new ExitError(
        `Cannot combine ${own.name}${own.where} with ${place}: expected only one of them`,
        own.exitCode,
      );
    }
    const values: Record<string, unknown> = { ...top.values, ...NO_BACKENDS };
    for (const [key, one] of found) values[key] = finalValue(PROXY_OPTIONS[key], one);
    const group = { name, values: values as GroupValues, sources: sourcesOf(found) };
    if (hasBackends(group.values)) return group;
    throw new ExitError(
      `Cannot use ${place}: no backends, expected upstream or upstream-file`,
      EXIT.config,
    );
  });
}

function sourcesOf(found: FileGroup["found"]): Map<ProxyKey, Source> {
  return new Map([...found].map(([key, { source }]) => [key, source]));
}

/** Whether a group can have backends. */
export function hasBackends({ upstream, upstreamFile }: GroupValues): boolean {
  return upstream.length > 0 || upstreamFile !== null;
}

/** The options that each group can have, of all settings. */
export function groupValues(settings: GroupValues): GroupValues {
  return Object.fromEntries(PROXY_KEYS.map((key) => [key, settings[key]])) as GroupValues;
}

/** A group as the server uses it. */
export function groupOf(name: string, values: GroupValues): UpstreamGroup {
  const { healthCheck: check, healthHost, healthStatus, healthBody } = values;
  return {
    name,
    members: values.upstream,
    file: values.upstreamFile,
    balance: values.balance,
    health: {
      check: check.kind === "http"
        ? { ...check, host: healthHost, status: healthStatus, body: healthBody }
        : check,
      port: values.healthPort,
      // What listens on a port of its own is no backend of clients.
      sendProxy: values.healthPort === null ? values.sendProxy : "none",
      interval: values.healthInterval,
      timeout: values.healthTimeout,
      rise: values.healthRise,
      fall: values.healthFall,
      startState: values.healthStart,
    },
    passive: { failLimit: values.failLimit, ejectTime: values.ejectTime },
    slowStart: values.slowStart,
    minHealthy: values.minHealthy / 100,
    connectTimeout: values.connectTimeout,
    connectRetries: values.connectRetries,
    retryBudget: values.retryBudget / 100,
    queueSize: values.queueSize,
    queueTimeout: values.queueTimeout,
    queueShed: values.queueShed,
    sendProxy: values.sendProxy,
    resolvers: values.resolver,
    resolveInterval: values.resolveInterval,
    http: httpGroupOf(name, values),
  };
}

function httpGroupOf(name: string, values: GroupValues): HttpGroup {
  return {
    keepAlive: values.upstreamKeepAlive,
    maxIdle: values.upstreamMaxIdle,
    timeouts: {
      head: values.upstreamTimeout,
      idle: values.upstreamIdleTimeout,
      total: values.upstreamTotalTimeout,
    },
    retries: values.retries,
    retryOn: values.retryOn,
    retryBuffer: values.retryBuffer,
    maxRequests: values.upstreamMaxRequests,
    breaker: { threshold: values.breakerThreshold / 100, time: values.breakerTime },
    sticky: stickinessOf(name, values),
    hashBy: values.hashBy,
  };
}

function stickinessOf(
  group: string,
  { sticky, stickyCookie, stickyKeyFile }: GroupValues,
): Stickiness {
  if (sticky.kind !== "cookie") return sticky;
  const usual = group === DEFAULT_GROUP ? COOKIE : `${COOKIE}_${group}`;
  return { kind: "cookie", name: stickyCookie ?? usual, keyFile: stickyKeyFile ?? "" };
}
