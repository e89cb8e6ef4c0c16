/** What a balancer speaks, and the settings that contradict it. */
import { EXIT, ExitError } from "../base/exit.ts";
import type { BalancerProtocol } from "./balancer.ts";
import type { FileTables } from "./config_tables.ts";
import { finalValue, type Found, quote, RANK } from "./found.ts";
import { HTTP_PROXY_KEYS } from "./http_proxy_options.ts";
import type { OptionKey, OptionSettings } from "./options.ts";
import { PROXY_OPTIONS } from "./proxy_options.ts";
import { isForSome } from "./routes.ts";

/** What the sources of a balancer set. */
export interface BalancerSources {
  readonly top: OptionSettings;
  /** What is set at the top, without what is overridden. */
  readonly found: ReadonlyMap<OptionKey, Found>;
  readonly tables: FileTables;
}

/**
 * Settles the protocol: as set, or else HTTP if a route is for some requests only or a backend is
 * written as a URL.
 *
 * @throws {ExitError} 64 if a flag contradicts it, 78 if another source does.
 */
export function settleProtocol(sources: BalancerSources): BalancerProtocol {
  const isHttp = sources.tables.routes.some(isForSome) || urlsOf(sources).length > 0;
  const protocol = sources.top.protocol ?? (isHttp ? "http" : "tcp");
  const [wrong] = protocol === "tcp" ? onlyHttp(sources) : onlyTcp(sources);
  if (wrong === undefined) return protocol;
  const set = sources.found.get("protocol");
  const written = set === undefined
    ? `the default --protocol ${protocol}`
    : `${set.name} ${quote(set.value)}${set.where}`;
  const isFlag = [wrong, set].some((one) => one?.rank === RANK.flag);
  throw new ExitError(
    `Cannot combine ${wrong.name} ${quote(wrong.value)}${wrong.where} with ${written}: expected ` +
      (protocol === "tcp" ? "--protocol http" : BY_FIELDS),
    isFlag ? EXIT.usage : EXIT.config,
  );
}

/** Requests of many clients share a connection, which has one header. */
const BY_FIELDS = "none, since backends are told the client of each request by X-Forwarded-For, " +
  "or --protocol tcp";

/** What is set that only HTTP has. */
function onlyHttp(sources: BalancerSources): Found<string>[] {
  const { top, found, tables } = sources;
  // With the PROXY protocol, TCP has trusted proxies, too.
  const others = top.acceptProxy
    ? ["accessLog"] as const
    : ["accessLog", "trustedProxies"] as const;
  const atTop = [...HTTP_PROXY_KEYS, ...others].flatMap((key) => found.get(key) ?? []);
  const ofGroups = tables.groups.flatMap((group) =>
    HTTP_PROXY_KEYS.flatMap((key) => group.found.get(key) ?? [])
  );
  const ofRoutes = tables.routes.flatMap((route) =>
    [...route.found.values()].filter(({ key }) => key !== "bind" && key !== "upstream")
  );
  return [...urlsOf(sources), ...atTop, ...ofGroups, ...ofRoutes];
}

/** What is set that only TCP has. */
function onlyTcp({ found, tables }: BalancerSources): Found<string>[] {
  const all = [
    found.get("sendProxy"),
    ...tables.groups.map((group) => group.found.get("sendProxy")),
  ];
  return all.filter((one) => one !== undefined && one.value !== "none") as Found<string>[];
}

/** The options with backends that are written as URLs. */
function urlsOf({ found, tables }: BalancerSources): Found<string>[] {
  const all = [found.get("upstream"), ...tables.groups.map((group) => group.found.get("upstream"))];
  return all.filter((one) => one !== undefined).filter((one) =>
    (finalValue(PROXY_OPTIONS.upstream, one) as OptionSettings["upstream"])
      .some(({ isHttp }) => isHttp)
  );
}
