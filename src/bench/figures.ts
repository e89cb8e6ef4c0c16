/** Figures as people read them: `12,345/s`, `0.12 ms`, `45.2 MB`. */
import { type Metric, type MetricName, METRICS } from "./report.ts";

/** Stands for a figure that is not known. */
export const NO_FIGURE = "-";

const KB = 1024;
const MB = 1024 ** 2;

/** The locale is fixed, so that reports look the same everywhere. */
const numbers = (options: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat("en", { ...options, signDisplay: "negative" });

const WHOLE = numbers({ maximumFractionDigits: 0 });
const ONE_DECIMAL = numbers({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
const THREE_DIGITS = numbers({
  maximumSignificantDigits: 3,
  maximumFractionDigits: 3,
  roundingPriority: "lessPrecision",
});

/** How figures of a unit are written. */
interface Format {
  /** With its unit. */
  figure(value: number): string;
  /** Without the unit of all cells in a column of a table. */
  cell(value: number): string;
  readonly cellUnit: "" | "ms" | "us" | "MB" | "MB/s";
}

const FORMATS: Readonly<Record<Metric["unit"], Format>> = {
  "": { figure: digits, cell: digits, cellUnit: "" },
  "/s": { figure: (value) => `${digits(value)}/s`, cell: digits, cellUnit: "" },
  "bytes/s": {
    figure: (value) => `${formatBytes(value)}/s`,
    cell: (value) => digits(value / MB),
    cellUnit: "MB/s",
  },
  "ms": { figure: (value) => `${digits(value)} ms`, cell: digits, cellUnit: "ms" },
  "us": { figure: (value) => `${microseconds(value)} us`, cell: microseconds, cellUnit: "us" },
  "bytes": {
    figure: formatBytes,
    cell: (value) => ONE_DECIMAL.format(value / MB),
    cellUnit: "MB",
  },
  "share": { figure: percent, cell: percent, cellUnit: "" },
};

/**
 * Writes a figure with its unit, such as `12,345/s`, `45.2 MB`, `1.5 KB/s`, `12.3 ms`, `8.1 us`,
 * `94%` or `1,234`. A kilobyte is 1024 bytes, as in the settings.
 *
 * @returns {@linkcode NO_FIGURE} if the value is not finite.
 */
export function formatFigure(metric: MetricName, value: number): string {
  return Number.isFinite(value) ? FORMATS[METRICS[metric].unit].figure(value) : NO_FIGURE;
}

/** The unit of a metric's cells in a table; empty if they need none. */
export function cellUnit(metric: MetricName): Format["cellUnit"] {
  return FORMATS[METRICS[metric].unit].cellUnit;
}

/**
 * Writes a figure in the unit of {@linkcode cellUnit}, but without it: `12,345`, `45.2`.
 *
 * @returns {@linkcode NO_FIGURE} if the value is not finite.
 */
export function formatCell(metric: MetricName, value: number): string {
  return Number.isFinite(value) ? FORMATS[METRICS[metric].unit].cell(value) : NO_FIGURE;
}

/** Writes bytes rounded, such as `45.2 MB`, `1.5 KB` or `512 bytes`; also negative ones. */
export function formatBytes(bytes: number): string {
  const size = Math.abs(bytes);
  if (size < KB) return size === 1 ? `${bytes} byte` : `${digits(bytes)} bytes`;
  // What would round to 1,024.0 belongs to the next unit.
  if (size / KB < 1023.95) return `${ONE_DECIMAL.format(bytes / KB)} KB`;
  if (size / MB < 1023.95) return `${ONE_DECIMAL.format(bytes / MB)} MB`;
  return `${ONE_DECIMAL.format(bytes / MB / KB)} GB`;
}

/** Writes a count with its noun, such as `1 client` or `1,000 clients`. */
export function counted(count: number, noun: string): string {
  return `${digits(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Writes a share in percent, such as `94%`. */
export function percent(share: number): string {
  return `${WHOLE.format(share * 100)}%`;
}

/** With a decimal below 1,000: above, it is noise. */
function microseconds(value: number): string {
  return Math.abs(value) < 999.95 ? ONE_DECIMAL.format(value) : WHOLE.format(value);
}

/** Whole from 100 on; below, three digits with at most three decimals. */
function digits(value: number): string {
  return Math.abs(value) < 99.95 ? THREE_DIGITS.format(value) : WHOLE.format(value);
}
