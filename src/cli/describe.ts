/** Words about an option that `--help` and the README's table share. */
import type { Option } from "../settings/option.ts";

/**
 * The value of an option in a usage line: `<single|async>`, `<duration>`;
 * empty when the flag needs none.
 */
export function placeholder({ type, choices }: Option<unknown>): string {
  if (type === "flag") return "";
  if (choices.length > 0) return `<${choices.join("|")}>`;
  return type === "addresses" ? "<address>" : `<${type}>`;
}

/**
 * The default of an option as a flag would take it.
 *
 * @returns `literal` says whether it is such a value, or words for the lack
 * of one.
 */
export function defaultOf(option: Option<unknown>): { text: string; literal: boolean } {
  const value = option.default;
  if (isUnset(value)) {
    return { text: option.unset, literal: false };
  }
  return {
    text: String(option.format(value as NonNullable<unknown>)),
    literal: true,
  };
}

/** Is this final value the lack of one: null, or an empty list? */
export function isUnset(value: unknown): boolean {
  return value === null || Array.isArray(value) && value.length === 0;
}
