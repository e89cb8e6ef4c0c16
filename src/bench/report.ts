/** The report of `sluice bench` as plain data, under the names of the file of `--json`. */

/** The version of the format; it changes when readers of the file have to. */
export const FORMAT = "sluice-bench/1";

/** What each run measures. */
export interface Metric {
  /** A heading in tables. */
  readonly title: string;
  readonly unit: "" | "/s" | "bytes/s" | "ms" | "us" | "bytes" | "share";
  readonly better: "higher" | "lower";
  /** Its meaning, without a full stop. */
  readonly help: string;
}

/** All metrics, in the order of the tables. */
export const METRICS = {
  rate: metric("REQ/S", "/s", "higher", "Requests answered per second"),
  bytes_per_s: metric("BYTES/S", "bytes/s", "higher", "Bytes received by clients per second"),
  p50_ms: metric("P50", "ms", "lower", "Latency that half of all requests stay below"),
  p90_ms: metric("P90", "ms", "lower", "Latency that 90% of requests stay below"),
  p99_ms: metric("P99", "ms", "lower", "Latency that 99% of requests stay below"),
  p999_ms: metric("P99.9", "ms", "lower", "Latency that 99.9% of requests stay below"),
  max_ms: metric("MAX", "ms", "lower", "Latency of the slowest request"),
  errors: metric("ERRORS", "", "lower", "Failed requests"),
  user_us: metric("USER", "us", "lower", "CPU time of the server's own code per request"),
  system_us: metric("SYS", "us", "lower", "CPU time of the system for the server per request"),
  rest_bytes: metric("REST", "bytes", "lower", "Memory before the first client"),
  peak_bytes: metric("PEAK", "bytes", "lower", "Peak memory under load"),
  threads: metric("THREADS", "", "lower", "Most threads under load"),
  switches: metric("SWITCHES", "", "lower", "Context switches per request"),
  balance: metric(
    "BALANCE",
    "share",
    "higher",
    "Requests of the least busy worker as a share of those of the busiest",
  ),
};

function metric(
  title: string,
  unit: Metric["unit"],
  better: Metric["better"],
  help: string,
): Metric {
  return { title, unit, better, help };
}

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;

/** The names of all metrics. */
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

/** The percentiles of a {@linkcode Run}'s curve. */
export const PERCENTILES = [
  ...[0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97, 98, 99],
  ...[99.5, 99.7, 99.8, 99.9, 99.95, 99.97, 99.98, 99.99, 99.995, 99.999, 100],
] as const;

/** A server in one configuration. */
export interface Subject {
  /** Such as `pooled, 2 workers` or `nginx`. */
  readonly name: string;
  /** Whether it is Sluice in a mode, or another server. */
  readonly kind: "mode" | "peer";
  /** Null for a peer. */
  readonly mode: string | null;
  /** Threads or processes that it is configured to have; null if it is not. */
  readonly workers: number | null;
}

/** One load on a subject. */
export interface Run {
  /** Null if a figure is not known, or if the load generator was the limit. */
  readonly figures: Readonly<Record<MetricName, number | null>>;
  /** Failed requests by kind, such as `status 503`, `reset`, `unanswered`. */
  readonly errors: Readonly<Record<string, number>>;
  /** Latency in milliseconds at each of {@linkcode PERCENTILES}; empty if it is not known. */
  readonly curve: readonly number[];
  readonly generator: {
    /** The share of the time that its thread ran, 0 to 1. */
    readonly busy: number;
    /** The share of the time that its thread waited for a processor, 0 to 1. */
    readonly waiting: number;
    /** Requests per second as a share of its ceiling, 0 or more. */
    readonly of_ceiling: number;
  };
  /** Why figures are withheld; null if they are not. */
  readonly limited: string | null;
}

/** A figure over several runs. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** All runs of a subject with one number of connections. */
export interface Case {
  readonly subject: Subject;
  readonly connections: number;
  /** In the order in which they ran; fewer than requested after an interruption. */
  readonly runs: readonly Run[];
  /** Over the runs that have the figure; null if none has. */
  readonly summary: Readonly<Record<MetricName, Spread | null>>;
}

/** What was requested. */
export interface BenchOptions {
  /** A built-in one, or else `handler` or `files`. */
  readonly workload: string;
  /** The path of the user's handler; null if there is none. */
  readonly handler: string | null;
  /** The path of the user's folder of files; null if there is none. */
  readonly root: string | null;
  /** The paths of `--request`; empty with a built-in workload, or for GET /. */
  readonly requests: readonly string[];
  readonly modes: readonly string[];
  readonly workers: readonly number[];
  readonly connections: readonly number[];
  /** Requests per second; null if each waits for the response before. */
  readonly rate: number | null;
  readonly message_bytes: number;
  readonly duration_ms: number;
  readonly warmup_ms: number;
  readonly runs: number;
  readonly seed: number;
  readonly peers: boolean;
  /** Options for the server itself. */
  readonly server: readonly string[];
}

/** Where it was measured. */
export interface Machine {
  readonly system: string;
  readonly processor: string;
  /** Processors that may be used. */
  readonly processors: number;
  readonly memory_bytes: number;
}

/** The whole report. */
export interface BenchReport {
  readonly format: typeof FORMAT;
  /** When it began, as in RFC 3339. */
  readonly time: string;
  /** Whether everything was measured, without an interruption or a failure. */
  readonly complete: boolean;
  readonly machine: Machine;
  /** Of Sluice, Deno, V8 and each peer. */
  readonly versions: Readonly<Record<string, string>>;
  /** The command that repeats it. */
  readonly command: string;
  readonly options: BenchOptions;
  /** What the load generator can send at most, for each number of connections. */
  readonly ceilings: readonly { readonly connections: number; readonly rate: number }[];
  /** Subjects that were not measured, and why. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
  readonly cases: readonly Case[];
  /** Sentences about the choice of a mode, the recommendation first. */
  readonly advice: readonly string[];
}
