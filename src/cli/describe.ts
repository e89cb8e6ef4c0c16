/** Descriptions of an option, shared by the help and the documentation. */
import type { Option } from "../settings/option.ts";
import { isUnset } from "../settings/written_value.ts";

/**
 * The value of an option in a usage line: `<single|async>`, `<duration>`;
 * empty if the flag needs none.
 */
export function placeholder({ type, choices }: Option<unknown>): string {
  if (type === "flag") return "";
  if (choices.length > 0) return `<${choices.join("|")}>`;
  return type === "addresses" ? "<address>" : `<${type}>`;
}

/**
 * The default of an option as a flag would take it.
 *
 * @returns `isLiteral` is false if the text only describes what happens without a
 * value.
 */
export function defaultOf(option: Option<unknown>): { text: string; isLiteral: boolean } {
  const value = option.default;
  if (isUnset(value)) return { text: option.unset, isLiteral: false };
  return { text: String(option.format(value as NonNullable<unknown>)), isLiteral: true };
}
