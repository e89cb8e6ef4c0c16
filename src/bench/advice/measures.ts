/** The figures that modes are compared by, and how two of them differ. */
import { formatBytes, formatFigure } from "../figures.ts";
import { type Case, type MetricName, METRICS, type Run, type Spread } from "../report.ts";
import { differ, spreadOf } from "../summary.ts";

/** One figure of a case. */
export interface Measure {
  /** As in `2.0x higher throughput`. */
  readonly name: string;
  readonly better: "higher" | "lower";
  of(one: Case): Spread | null;
  format(value: number): string;
}

export const THROUGHPUT = metric("throughput", "rate");
export const P99 = metric("p99 latency", "p99_ms");
export const MEMORY = metric("peak memory", "peak_bytes");
export const THREADS = metric("thread count", "threads");

/** User and system time together. */
export const CPU = derived(
  "CPU time per request",
  ({ user_us, system_us }) => user_us === null || system_us === null ? null : user_us + system_us,
  (value) => formatFigure("user_us", value),
);

/** What an idle connection adds to the memory of the server. */
export const CONNECTION_MEMORY = derived(
  "memory per connection",
  // Below 0 if the server has returned memory to the system since its start.
  ({ rest_bytes, peak_bytes }, connections) =>
    rest_bytes === null || peak_bytes === null
      ? null
      : Math.max(0, peak_bytes - rest_bytes) / connections,
  formatBytes,
);

/** British English has no comma before the last "and": figures have commas of their own. */
const AND = new Intl.ListFormat("en-GB");
const OR = new Intl.ListFormat("en-GB", { type: "disjunction" });

/** From this ratio on a difference is a factor, below it a percentage. */
const LEAST_FACTOR = 1.2;

/** How a figure differs from another, as in `2.0x higher` or `12% lower`; null within the spread. */
function difference(one: Spread, other: Spread): string | null {
  if (!differ(one, other)) return null;
  const direction = one.median > other.median ? "higher" : "lower";
  const ratio = Math.max(one.median, other.median) / Math.min(one.median, other.median);
  if (!Number.isFinite(ratio)) return direction;
  if (ratio >= LEAST_FACTOR) return `${ratio.toFixed(ratio < 9.95 ? 1 : 0)}x ${direction}`;
  const percent = 100 * Math.abs(one.median - other.median) / other.median;
  return `${Math.round(percent)}% ${direction}`;
}

/**
 * How a case differs from another: `2.0x higher throughput (395/s against 199/s), no difference in
 * p99 latency`; empty if no measure is known of both.
 */
export function contrast(one: Case, other: Case, measures: readonly Measure[]): string {
  const texts: string[] = [];
  const same: string[] = [];
  for (const { name, of, format } of measures) {
    const [own, others] = [of(one), of(other)];
    if (own === null || others === null) continue;
    const text = difference(own, others);
    if (text === null) same.push(name);
    else texts.push(`${text} ${name} (${format(own.median)} against ${format(others.median)})`);
  }
  if (same.length > 0) texts.push(`no difference in ${OR.format(same)}`);
  return texts.join(", ");
}

/** Such as `the highest throughput (395/s and 388/s)`. */
export function record({ name, better, of, format }: Measure, cases: readonly Case[]): string {
  const medians = cases.flatMap((one) => of(one) ?? []).map(({ median }) => format(median));
  return `the ${better === "higher" ? "highest" : "lowest"} ${name} (${list(medians)})`;
}

/** The names of cases, each in backticks: they may have commas of their own. */
export function names(...cases: readonly Case[]): string {
  return list(cases.map(({ subject }) => `\`${subject.name}\``));
}

/** Writes a list such as `a, b and c`. */
export function list(texts: readonly string[]): string {
  return AND.format(texts);
}

function metric(name: string, key: MetricName): Measure {
  return {
    name,
    better: METRICS[key].better,
    of: ({ summary }) => summary[key],
    format: (value) => formatFigure(key, value),
  };
}

function derived(
  name: string,
  figure: (figures: Run["figures"], connections: number) => number | null,
  format: (value: number) => string,
): Measure {
  return {
    name,
    better: "lower",
    of: ({ runs, connections }) =>
      spreadOf(runs.map(({ figures }) => figure(figures, connections))),
    format,
  };
}
