/** Figures for tables of few columns. */

import { formatPercent } from "../settings/units.ts";

/** The seconds of each unit, the largest first. */
const UNITS = [[86_400, "d"], [3600, "h"], [60, "m"], [1, "s"]] as const;

/** A duration in its two largest units, such as `3 h 12 m`. */
export function durationText(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const [factor, unit] of UNITS) {
    const amount = Math.floor(rest / factor);
    rest %= factor;
    if (amount > 0 || parts.length > 0 || unit === "s") parts.push(`${amount} ${unit}`);
  }
  return parts.slice(0, 2).join(" ");
}

/** A duration in at most four characters, such as `0.2s` and `95m`. */
export function shortDuration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)}s`;
  const [factor, unit] = UNITS.findLast(([factor]) => seconds < 100 * factor) ?? UNITS[0];
  return `${Math.floor(seconds / factor)}${unit}`;
}

/** Milliseconds in at most six characters. */
export function millisecondsText(milliseconds: number): string {
  return milliseconds < 999.5
    ? `${milliseconds < 9.95 ? milliseconds.toFixed(1) : Math.round(milliseconds)}ms`
    : shortDuration(milliseconds / 1000);
}

/** A share from 0 to 1 as a percentage. */
export function percent(share: number): string {
  return formatPercent(Math.round(share * 100));
}

/** A size in at most five characters, such as `1.5mb`, in steps of 1024 as in the settings. */
export function size(bytes: number): string {
  return bytes < 1000 ? `${bytes}b` : short(bytes / 1024, 1024, ["kb", "mb", "gb", "tb", "pb"]);
}

/** A number in at most five characters: all digits, or such as `1.5m` for millions. */
export function count(number: number): string {
  return number < 100_000 ? String(number) : short(number / 1000, 1000, ["k", "m", "g", "t"]);
}

/** A number of at most three digits, and its unit. */
function short(amount: number, step: number, units: readonly string[]): string {
  let unit = 0;
  for (; amount >= 999.5 && unit < units.length - 1; unit++) amount /= step;
  return `${amount < 9.95 ? amount.toFixed(1) : Math.round(amount)}${units[unit]}`;
}
