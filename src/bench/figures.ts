/** Figures as people read them: `12,345/s`, `0.12 ms`, `45.2 MB`. */
import { type MetricName, METRICS } from "./report.ts";

/** What is written where there is no figure. */
export const NO_FIGURE = "-";

/** The locale is fixed, so that a report is the same everywhere. */
const numbers = (options: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat("en", { ...options, signDisplay: "negative" });

const WHOLE = numbers({ maximumFractionDigits: 0 });
const ONE_DECIMAL = numbers({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
const THREE_DIGITS = numbers({
  maximumSignificantDigits: 3,
  maximumFractionDigits: 3,
  roundingPriority: "lessPrecision",
});

const KB = 1024;
const MB = 1024 ** 2;

/**
 * A figure with its unit, such as `12,345/s`, `45.2 MB`, `1.5 KB/s`, `12.3 ms`, `8.1 us`, `94%`
 * or `1,234`. A kilobyte is 1024 bytes, as in the settings and in `sluice status`.
 *
 * @returns {@linkcode NO_FIGURE} for what is no finite number.
 */
export function formatFigure(metric: MetricName, value: number): string {
  if (!Number.isFinite(value)) return NO_FIGURE;
  switch (METRICS[metric].unit) {
    case "/s":
      return `${digits(value)}/s`;
    case "bytes/s":
      return `${formatBytes(value)}/s`;
    case "ms":
      return `${digits(value)} ms`;
    case "us":
      return `${microseconds(value)} us`;
    case "bytes":
      return formatBytes(value);
    case "share":
      return `${WHOLE.format(value * 100)}%`;
    case "":
      return digits(value);
  }
}

/** The unit of all of a metric's cells in a table; empty when it needs none. */
export function cellUnit(metric: MetricName): "" | "ms" | "us" | "MB" | "MB/s" {
  const { unit } = METRICS[metric];
  if (unit === "bytes") return "MB";
  if (unit === "bytes/s") return "MB/s";
  return unit === "ms" || unit === "us" ? unit : "";
}

/**
 * A figure in the unit of {@linkcode cellUnit}, which is not written: `12,345`, `45.2`. A share
 * keeps its sign.
 *
 * @returns {@linkcode NO_FIGURE} for what is no finite number.
 */
export function formatCell(metric: MetricName, value: number): string {
  if (!Number.isFinite(value)) return NO_FIGURE;
  switch (METRICS[metric].unit) {
    case "us":
      return microseconds(value);
    case "bytes":
      return ONE_DECIMAL.format(value / MB);
    case "bytes/s":
      return digits(value / MB);
    case "share":
      return `${WHOLE.format(value * 100)}%`;
    default:
      return digits(value);
  }
}

/** Rounded, such as `45.2 MB`, `1.5 KB` or `512 bytes`; also of a negative number. */
export function formatBytes(bytes: number): string {
  const size = Math.abs(bytes);
  if (size < KB) return size === 1 ? `${bytes} byte` : `${digits(bytes)} bytes`;
  // What would be rounded to 1,024.0 is one of the next unit.
  if (size / KB < 1023.95) return `${ONE_DECIMAL.format(bytes / KB)} KB`;
  return size / MB < 1023.95
    ? `${ONE_DECIMAL.format(bytes / MB)} MB`
    : `${ONE_DECIMAL.format(bytes / (MB * KB))} GB`;
}

/** A count and its noun, such as `1 client` or `1,000 clients`. */
export function counted(count: number, noun: string): string {
  return `${digits(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** With a decimal below 1,000; above, nobody measures that. */
function microseconds(value: number): string {
  return Math.abs(value) < 999.95 ? ONE_DECIMAL.format(value) : WHOLE.format(value);
}

/** Whole from 100 on, below in three digits of which at most three are decimals. */
function digits(value: number): string {
  return Math.abs(value) < 99.95 ? THREE_DIGITS.format(value) : WHOLE.format(value);
}
