/** `--print-config`: the settings and their sources, as a TOML file. */
import { formatAddress } from "../base/address.ts";
import type { Route } from "../settings/balancer.ts";
import { type LoadedGroup, NO_BACKENDS } from "../settings/balancer_groups.ts";
import { excesses } from "../settings/consistency.ts";
import type { Source } from "../settings/found.ts";
import type { Loaded } from "../settings/load.ts";
import { EXCLUSIVE, kebab, OPTION_KEYS, type OptionKey, optionOf } from "../settings/options.ts";
import { PROXY_KEYS } from "../settings/proxy_options.ts";
import { fileValue, isUnset } from "./describe.ts";

/**
 * The settings as TOML, each with its source in a comment. Used as the file of
 * `--config`, it yields the same settings: a setting that is unset, excluded by another,
 * or a default beyond a limit is commented out.
 */
export function printConfigText(loaded: Loaded): string {
  const hidden = new Set(OPTION_KEYS.filter((key) => !optionOf(key).inFile));
  for (const [key, others] of Object.entries(EXCLUSIVE)) {
    if (isUnset(loaded.settings[key as OptionKey])) continue;
    others.forEach((other) => hidden.add(other));
  }
  // The mode lowers such a default; written in a file, it would be refused.
  for (const [key] of excesses(loaded.settings)) hidden.add(key);
  const lines = OPTION_KEYS.map((key) => {
    const line = settingLine(key, loaded.settings[key], sourceText(loaded.sources[key]));
    return hidden.has(key) && !line.startsWith("#") ? `# ${line}` : line;
  });
  return [
    lines.join(""),
    ...loaded.groups.map(groupText),
    ...loaded.settings.routes.map(routeText),
  ].join("\n");
}

/** A setting in a line; an unset one is commented out. */
function settingLine(key: OptionKey, value: unknown, source: string): string {
  if (isUnset(value)) return `# ${kebab(key)}: ${optionOf(key).unset} # ${source}\n`;
  return `${kebab(key)} = ${toml(key, value)} # ${source}\n`;
}

/** A group as a table, with what it takes from the top. */
function groupText({ name, values, sources }: LoadedGroup): string {
  const lines = PROXY_KEYS.map((key) => {
    const source = sources.get(key);
    const inherited = key in NO_BACKENDS ? "default" : "from the top";
    return settingLine(key, values[key], source === undefined ? inherited : sourceText(source));
  });
  const key = /^[\w-]+$/.test(name) ? name : tomlString(name);
  return `[upstreams.${key}]\n${lines.join("")}`;
}

function routeText({ bind, group }: Route): string {
  const listener = bind === null ? "" : `bind = ${tomlString(formatAddress(bind))}\n`;
  return `[[routes]]\n${listener}upstream = ${tomlString(group)}\n`;
}

function sourceText({ from, detail }: Source): string {
  // A path may contain a newline, which would end the comment.
  const safe = /[^\x20-\x7e]/.test(detail) ? JSON.stringify(detail) : detail;
  if (safe === "") return from;
  return from === "default" ? `${from} (${safe})` : `${from} ${safe}`;
}

function toml(key: OptionKey, value: unknown): string {
  const written = fileValue(optionOf(key), value as NonNullable<unknown>);
  if (Array.isArray(written)) return `[${written.map(tomlString).join(", ")}]`;
  return typeof written === "string" ? tomlString(written) : String(written);
}

/** A TOML string is a JSON string in which DEL is escaped, too. */
function tomlString(text: string): string {
  return JSON.stringify(text).replaceAll("\x7f", "\\u007f");
}
