/** Durations, sizes and percentages as people write them: `30s`, `16kb`, `10%`. */

/** Milliseconds in each unit, longest first. */
const DURATIONS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};

/** Bytes in each unit, largest first. */
const SIZES: Readonly<Record<string, number>> = {
  gb: 1024 ** 3,
  mb: 1024 ** 2,
  kb: 1024,
  b: 1,
};

const QUANTITY = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i;
const PERCENT = /^(\d+(?:\.\d+)?)\s*%?$/;

/**
 * Reads a duration such as `500ms`, `30s`, `1.5m`, `1h` or `1d`.
 *
 * @param value Text, or a number of seconds. Text without a unit is in seconds.
 * @returns Milliseconds, rounded; null when the value is not a duration.
 */
export function parseDuration(value: string | number): number | null {
  return parse(value, (unit) => DURATIONS[unit || "s"]);
}

/**
 * Writes a duration in the longest unit that keeps it exact.
 *
 * @param milliseconds A whole number of milliseconds, 0 or more.
 * @returns Text that {@linkcode parseDuration} reads back, such as `5m`.
 */
export function formatDuration(milliseconds: number): string {
  return format(milliseconds, DURATIONS);
}

/**
 * Reads a size such as `16kb`, `16k`, `16kib`, `1mb` or `1gb`; a kilobyte is
 * 1024 bytes.
 *
 * @param value Text, or a number of bytes. Text without a unit is in bytes.
 * @returns Bytes, rounded; null when the value is not a size.
 */
export function parseSize(value: string | number): number | null {
  return parse(
    value,
    (unit) => SIZES[unit.replace(/^b$|(?<=[kmg])i?b$/, "") + "b"],
  );
}

/**
 * Writes a size in the largest unit that keeps it exact.
 *
 * @param bytes A whole number of bytes, 0 or more.
 * @returns Text that {@linkcode parseSize} reads back, such as `10mb`.
 */
export function formatSize(bytes: number): string {
  return format(bytes, SIZES);
}

/**
 * Reads a percentage such as `10%` or `2.5%`.
 *
 * @param value Text, with or without the sign, or a number of percent.
 * @returns Percent; null when the value is not a percentage.
 */
export function parsePercent(value: string | number): number | null {
  const match = PERCENT.exec(String(value).trim());
  return match === null ? null : Number(match[1]);
}

/**
 * Writes a percentage.
 *
 * @param percent A number, 0 or more.
 * @returns Text that {@linkcode parsePercent} reads back, such as `10%`.
 */
export function formatPercent(percent: number): string {
  return `${percent}%`;
}

function parse(
  value: string | number,
  factorOf: (unit: string) => number | undefined,
): number | null {
  // String() writes very large and very small numbers with an exponent, which
  // the pattern rightly refuses.
  const match = QUANTITY.exec(String(value).trim());
  if (match === null) return null;
  const [, amount = "", unit = ""] = match;
  const factor = factorOf(unit.toLowerCase());
  return factor === undefined ? null : Math.round(Number(amount) * factor);
}

function format(value: number, units: Readonly<Record<string, number>>) {
  if (value === 0) return "0";
  for (const [unit, factor] of Object.entries(units)) {
    if (value % factor === 0) return `${value / factor}${unit}`;
  }
  return String(value);
}
