/** Words about an option that `--help` and the README's table share. */
import { type OptionKey, optionOf } from "../settings/options.ts";

/**
 * The value of an option in a usage line: `<single|async>`, `<duration>`;
 * empty when the flag needs none.
 */
export function placeholder(key: OptionKey): string {
  const { type, choices, repeatable } = optionOf(key);
  if (type === "flag") return "";
  if (choices.length > 0) return `<${choices.join("|")}>`;
  return repeatable ? "<address>" : `<${type}>`;
}

/**
 * The default of an option as a flag would take it.
 *
 * @returns `literal` says whether it is such a value, or words for the lack
 * of one.
 */
export function defaultOf(key: OptionKey): { text: string; literal: boolean } {
  const option = optionOf(key);
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
