import type { Status } from "../status/status.ts";

/** The labels of a sample. Their values may hold any text. */
export type Labels = Readonly<Record<string, string>>;

/** One value of a metric. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** What follows the name of the metric in a histogram; empty otherwise. */
  readonly suffix: "" | "_bucket" | "_sum" | "_count";
}

/** A metric, read from the status. */
export interface Metric {
  /** By the conventions of Prometheus, with the unit and, for counters, `_total` at the end. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** What it tells, in one sentence without quotation marks. */
  readonly help: string;
  /** The names of its labels. */
  readonly labels: readonly string[];
  /** What to do about it, in Markdown. */
  readonly advice: string;
  /** Its samples; none where the value is not known. */
  read(status: Status): readonly Sample[];
}

/** A value and its labels; without a value there is no sample. */
export type Labelled = readonly [labels: Labels, value: number | null];

/** What {@linkcode counter} and {@linkcode gauge} make a metric of. */
export interface MetricSource {
  readonly help: string;
  readonly advice: string;
  readonly labels?: readonly string[];
  /** A value, null if it is not known, or the values by their labels. */
  readonly read: (status: Status) => number | null | readonly Labelled[];
}

/** Makes a metric that only grows, except when the server restarts. */
export function counter(name: `${string}_total`, source: MetricSource): Metric {
  return metric("counter", name, source);
}

/** Makes a metric that can grow and shrink. */
export function gauge(name: string, source: MetricSource): Metric {
  return metric("gauge", name, source);
}

function metric(
  type: Metric["type"],
  name: string,
  { help, advice, labels = [], read }: MetricSource,
): Metric {
  return { name, type, help, advice, labels, read: (status) => samplesOf(read(status)) };
}

function samplesOf(found: number | null | readonly Labelled[]): readonly Sample[] {
  const all: readonly Labelled[] = typeof found === "object" && found !== null
    ? found
    : [[{}, found]];
  return all.flatMap(([labels, value]) => value === null ? [] : [{ labels, value, suffix: "" }]);
}
