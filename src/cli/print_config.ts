/** `--print-config`: the settings and their sources, as a TOML file. */
import { excesses } from "../settings/consistency.ts";
import type { Source } from "../settings/found.ts";
import type { Loaded } from "../settings/load.ts";
import { EXCLUSIVE, kebab, OPTION_KEYS, type OptionKey, optionOf } from "../settings/options.ts";
import { isUnset } from "./describe.ts";

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
  let text = "";
  for (const key of OPTION_KEYS) {
    const value = loaded.settings[key];
    const source = sourceText(loaded.sources[key]);
    if (isUnset(value)) {
      text += `# ${kebab(key)}: ${optionOf(key).unset} # ${source}\n`;
    } else {
      const start = hidden.has(key) ? "# " : "";
      text += `${start}${kebab(key)} = ${toml(key, value)} # ${source}\n`;
    }
  }
  return text;
}

function sourceText({ from, detail }: Source): string {
  // A path may contain a newline, which would end the comment.
  const safe = /[^\x20-\x7e]/.test(detail) ? JSON.stringify(detail) : detail;
  if (safe === "") return from;
  return from === "default" ? `${from} (${safe})` : `${from} ${safe}`;
}

function toml(key: OptionKey, value: unknown): string {
  const { type, format } = optionOf(key);
  const text = format(value as NonNullable<unknown>);
  if (type === "integer" || type === "flag") return String(text);
  return Array.isArray(text) ? `[${text.map(tomlString).join(", ")}]` : tomlString(text);
}

/** A TOML string is a JSON string in which DEL is escaped, too. */
function tomlString(text: string): string {
  return JSON.stringify(text).replaceAll("\x7f", "\\u007f");
}
