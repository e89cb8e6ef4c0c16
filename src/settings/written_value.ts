/** Final values as people would write them. */
import type { Option } from "./option.ts";

/** A final value as a configuration file would have it. */
export function fileValue(
  { type, format }: Option<unknown>,
  value: NonNullable<unknown>,
): string | number | boolean | readonly string[] {
  if (type === "integer" || type === "flag") return value as number | boolean;
  return format(value);
}

/** A final value as a configuration file would have it, with what is secret in it masked. */
export function shownValue(
  option: Option<unknown>,
  value: NonNullable<unknown>,
): string | number | boolean | readonly string[] {
  return option.secret && option.mask !== undefined ? option.mask(value) : fileValue(option, value);
}

/** Whether a final value holds a secret. */
export function hasSecret(option: Option<unknown>, value: unknown): boolean {
  if (!option.secret || isUnset(value)) return false;
  const given = value as NonNullable<unknown>;
  return String(shownValue(option, given)) !== String(fileValue(option, given));
}

/** Whether a final value means "not set": null, or an empty list. */
export function isUnset(value: unknown): boolean {
  return value === null || Array.isArray(value) && value.length === 0;
}
