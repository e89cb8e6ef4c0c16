/** Figures as text; what is not known is a dash. */

export const UNKNOWN = "–";

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const THREE_DIGITS = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const TWO_DIGITS = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

/** @typedef {number | null | undefined} Figure */

/**
 * Whether a figure is known.
 *
 * @param {unknown} value
 * @returns {value is number}
 */
export function isKnown(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** A count, such as `12,345`. @param {Figure} value */
export function count(value) {
  return isKnown(value) ? WHOLE.format(value) : UNKNOWN;
}

/** A rate, such as `12,345/s` or `0.25/s`. @param {Figure} value */
export function perSecond(value) {
  if (!isKnown(value)) return UNKNOWN;
  return `${(value >= 10 ? WHOLE : TWO_DIGITS).format(value)}/s`;
}

/** A share of one, such as `42%` or `0.5%`. @param {Figure} value */
export function percent(value) {
  if (!isKnown(value)) return UNKNOWN;
  const hundredths = 100 * value;
  return `${(hundredths >= 10 || hundredths < 0.1 ? WHOLE : TWO_DIGITS).format(hundredths)}%`;
}

/** Milliseconds, such as `120 us`, `4.2 ms` or `1.5 s`. @param {Figure} value */
export function milliseconds(value) {
  if (!isKnown(value)) return UNKNOWN;
  if (value > 0 && value < 0.995) return `${TWO_DIGITS.format(1000 * value)} us`;
  if (value < 999.5) return `${THREE_DIGITS.format(value)} ms`;
  return value < 60_000 ? `${THREE_DIGITS.format(value / 1000)} s` : duration(value / 1000);
}

/** Bytes, such as `512 B` or `48.3 MB`. @param {Figure} value */
export function bytes(value) {
  if (!isKnown(value)) return UNKNOWN;
  const units = ["B", "KB", "MB", "GB", "TB"];
  let [rest, unit] = [value, 0];
  for (; rest >= 1023.5 && unit < units.length - 1; unit++) rest /= 1024;
  return `${THREE_DIGITS.format(rest)} ${units[unit]}`;
}

/** Seconds, such as `8 s`, `2 min 5 s`, `3 h 12 min` or `9 d 4 h`. @param {Figure} value */
export function duration(value) {
  if (!isKnown(value)) return UNKNOWN;
  const seconds = Math.max(0, Math.floor(value));
  /** @type {[number, string, number, string][]} */
  const pairs = [[86_400, "d", 3600, "h"], [3600, "h", 60, "min"], [60, "min", 1, "s"]];
  for (const [large, name, small, smallName] of pairs) {
    if (seconds < large) continue;
    const rest = Math.floor(seconds % large / small);
    return `${Math.floor(seconds / large)} ${name}${rest > 0 ? ` ${rest} ${smallName}` : ""}`;
  }
  return `${seconds} s`;
}

/**
 * The time of day of a UTC time (RFC 3339), where the browser is; with the day, unless that is today.
 *
 * @param {string | null | undefined} time
 * @param {Date} [now]
 */
export function timeOfDay(time, now = new Date()) {
  const date = new Date(time ?? NaN);
  if (Number.isNaN(date.getTime())) return UNKNOWN;
  const text = date.toLocaleTimeString("en-GB");
  if (date.toDateString() === now.toDateString()) return text;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${text}`;
}

/** A count of things, such as `1 lane` or `3 lanes`. @param {number} value @param {string} noun */
export function counted(value, noun) {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}
