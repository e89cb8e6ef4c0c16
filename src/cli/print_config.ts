/** `--print-config`: the settings and their sources, as a TOML file. */
import type { BalancerProtocol, Route } from "../settings/balancer.ts";
import { type LoadedGroup, NO_BACKENDS } from "../settings/balancer_groups.ts";
import { excesses, isProxy } from "../settings/consistency.ts";
import type { Source } from "../settings/found.ts";
import { HTTP_PROXY_KEYS } from "../settings/http_proxy_options.ts";
import type { Loaded } from "../settings/load.ts";
import type { Option } from "../settings/option.ts";
import { EXCLUSIVE, kebab, OPTION_KEYS, type OptionKey, optionOf } from "../settings/options.ts";
import { PROXY_KEYS } from "../settings/proxy_options.ts";
import { ROUTE_KEYS, ROUTE_OPTIONS, type RouteValues } from "../settings/route_options.ts";
import { hasSecret, isUnset, shownValue } from "../settings/written_value.ts";

/**
 * The settings as TOML, each with its source in a comment. Used as the file of
 * `--config`, it yields the same settings: a setting that is unset, excluded by another,
 * or a default beyond a limit is commented out, and so is one with a secret, which is masked.
 */
export function printConfigText(loaded: Loaded): string {
  const { protocol } = loaded.settings;
  const hidden = new Set(OPTION_KEYS.filter((key) => !optionOf(key).inFile));
  if (!isProxy(loaded.settings)) hidden.add("protocol");
  else if (protocol === "tcp") HTTP_PROXY_KEYS.forEach((key) => hidden.add(key));
  for (const [key, others] of Object.entries(EXCLUSIVE)) {
    if (isUnset(loaded.settings[key as OptionKey])) continue;
    others.forEach((other) => hidden.add(other));
  }
  // The mode lowers such a default; written in a file, it would be refused.
  for (const [key] of excesses(loaded.settings)) hidden.add(key);
  const lines = OPTION_KEYS.map((key) => {
    const line = settingLine(key, loaded.settings[key], sourceText(loaded.sources[key]));
    return hidden.has(key) ? commentedOut(line) : line;
  });
  return [
    lines.join(""),
    ...loaded.groups.map((group) => groupText(group, protocol)),
    ...loaded.settings.routes.map(routeText),
  ].join("\n");
}

function commentedOut(line: string): string {
  return line.startsWith("#") ? line : `# ${line}`;
}

/** A setting in a line; an unset one is commented out. */
function settingLine(key: OptionKey, value: unknown, source: string): string {
  if (isUnset(value)) return `# ${kebab(key)}: ${optionOf(key).unset} # ${source}\n`;
  const line = `${kebab(key)} = ${toml(optionOf(key), value)} # ${source}\n`;
  // With its secrets masked, it would be another setting.
  return hasSecret(optionOf(key), value) ? commentedOut(line) : line;
}

/** A group as a table, with what it takes from the top. */
function groupText(
  { name, values, sources }: LoadedGroup,
  protocol: BalancerProtocol,
): string {
  const hidden: readonly string[] = protocol === "tcp" ? HTTP_PROXY_KEYS : [];
  const lines = PROXY_KEYS.map((key) => {
    const source = sources.get(key);
    const inherited = key in NO_BACKENDS ? "default" : "from the top";
    const line = settingLine(
      key,
      values[key],
      source === undefined ? inherited : sourceText(source),
    );
    return hidden.includes(key) ? commentedOut(line) : line;
  });
  const key = /^[\w-]+$/.test(name) ? name : tomlString(name);
  return `[upstreams.${key}]\n${lines.join("")}`;
}

/** A route as a table that has what it changes. */
function routeText(route: Route): string {
  const values = routeValues(route);
  const lines = ROUTE_KEYS.map((key) => {
    const [option, value] = [ROUTE_OPTIONS[key] as Option<unknown>, values[key]];
    if (isUnset(value) || value === option.default) return "";
    return `${kebab(key)} = ${toml(option, value)}\n`;
  });
  return `[[routes]]\n${lines.join("")}`;
}

/** The values of a route under the keys of its options. */
export function routeValues({ bind, group, host, path, http }: Route): RouteValues {
  return {
    bind: bind === null ? [] : [bind],
    upstream: group,
    host: host === null ? [] : [host],
    path,
    rewrite: http.rewrite,
    setRequestHeaders: http.setRequestFields,
    removeRequestHeaders: http.removedRequestFields,
    setResponseHeaders: http.setResponseFields,
    removeResponseHeaders: http.removedResponseFields,
    upstreamTimeout: http.timeouts.head,
    upstreamIdleTimeout: http.timeouts.idle,
    upstreamTotalTimeout: http.timeouts.total,
    maxBodySize: http.maxBodySize,
    maxRequests: http.maxRequests,
    retries: http.retries,
    mirror: http.mirror?.group ?? null,
    // Without the error of the division by 100.
    mirrorShare: Number(((http.mirror?.share ?? 1) * 100).toPrecision(12)),
  };
}

function sourceText({ from, detail }: Source): string {
  // A path may contain a newline, which would end the comment.
  const safe = /[^\x20-\x7e]/.test(detail) ? JSON.stringify(detail) : detail;
  if (safe === "") return from;
  return from === "default" ? `${from} (${safe})` : `${from} ${safe}`;
}

function toml(option: Option<unknown>, value: unknown): string {
  const written = shownValue(option, value as NonNullable<unknown>);
  if (Array.isArray(written)) return `[${written.map(tomlString).join(", ")}]`;
  return typeof written === "string" ? tomlString(written) : String(written);
}

/** A TOML string is a JSON string in which DEL is escaped, too. */
function tomlString(text: string): string {
  return JSON.stringify(text).replaceAll("\x7f", "\\u007f");
}
