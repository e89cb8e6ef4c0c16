/** What `sluice bench` finds, as plain data: the file of `--json`, in its own words. */

/** The form of the data; it changes when a reader of the file would have to. */
export const FORMAT = "sluice-bench/1";

/** What is measured in each run. */
export interface Metric {
  /** A heading of a table. */
  readonly title: string;
  /** What it is, in a sentence without a full stop. */
  readonly help: string;
  readonly unit: "" | "/s" | "bytes/s" | "ms" | "us" | "bytes" | "share";
  readonly better: "higher" | "lower";
}

/** All metrics, in the order in which they are shown. */
export const METRICS = {
  rate: {
    title: "REQ/S",
    help: "Requests answered in a second",
    unit: "/s",
    better: "higher",
  },
  bytes_per_s: {
    title: "BYTES/S",
    help: "Bytes that the client received in a second",
    unit: "bytes/s",
    better: "higher",
  },
  p50_ms: { title: "P50", help: "Latency: half of all requests", unit: "ms", better: "lower" },
  p90_ms: { title: "P90", help: "Latency: 90 of 100 requests", unit: "ms", better: "lower" },
  p99_ms: { title: "P99", help: "Latency: 99 of 100 requests", unit: "ms", better: "lower" },
  p999_ms: { title: "P99.9", help: "Latency: 999 of 1000 requests", unit: "ms", better: "lower" },
  max_ms: { title: "MAX", help: "Latency: the slowest request", unit: "ms", better: "lower" },
  errors: { title: "ERRORS", help: "Requests that failed", unit: "", better: "lower" },
  user_us: {
    title: "USER",
    help: "CPU time of the server's own code for a request",
    unit: "us",
    better: "lower",
  },
  system_us: {
    title: "SYS",
    help: "CPU time of the system for the server and a request",
    unit: "us",
    better: "lower",
  },
  rest_bytes: {
    title: "REST",
    help: "Memory of the server before the first client",
    unit: "bytes",
    better: "lower",
  },
  peak_bytes: { title: "PEAK", help: "Most memory under load", unit: "bytes", better: "lower" },
  threads: { title: "THREADS", help: "Most threads under load", unit: "", better: "lower" },
  switches: {
    title: "SWITCHES",
    help: "Context switches of the server for a request",
    unit: "",
    better: "lower",
  },
  balance: {
    title: "BALANCE",
    help: "Requests of the worker with fewest, as a share of the one with most",
    unit: "share",
    better: "higher",
  },
} as const satisfies Record<string, Metric>;

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
  /** Null of a peer. */
  readonly mode: string | null;
  /** Threads or processes that it was told to have; null where that is not the user's choice. */
  readonly workers: number | null;
}

/** One measurement. */
export interface Run {
  /** Null where it is not known, or where the load generator was the limit. */
  readonly figures: Readonly<Record<MetricName, number | null>>;
  /** Failed requests by kind, such as `status 503`, `reset`, `unanswered`. */
  readonly errors: Readonly<Record<string, number>>;
  /** Latency in milliseconds at each of {@linkcode PERCENTILES}; empty where it is not known. */
  readonly curve: readonly number[];
  readonly generator: {
    /** Share of the time in which its thread ran, 0 to 1. */
    readonly busy: number;
    /** Share of the time in which its thread waited for a processor, 0 to 1. */
    readonly waiting: number;
    /** Requests a second as a share of what it can do, 0 and above. */
    readonly of_ceiling: number;
  };
  /** Why figures are withheld; null when they are not. */
  readonly limited: string | null;
}

/** The middle one of some runs, and the outermost. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** All runs of a subject with so many connections. */
export interface Case {
  readonly subject: Subject;
  readonly connections: number;
  /** In the order in which they ran; fewer than were asked for when it was interrupted. */
  readonly runs: readonly Run[];
  /** Over the runs that have the figure; null when none has. */
  readonly summary: Readonly<Record<MetricName, Spread | null>>;
}

/** What was asked for. */
export interface BenchOptions {
  readonly workload: string;
  /** Path of the user's handler; null with a workload of Sluice's own. */
  readonly handler: string | null;
  /** Paths of the files of `--request`. */
  readonly requests: readonly string[];
  readonly modes: readonly string[];
  readonly workers: readonly number[];
  readonly connections: readonly number[];
  /** Requests a second; null when each follows the answer to the one before. */
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
  /** Whether nothing was left out; false after an interruption or a failure. */
  readonly complete: boolean;
  readonly machine: Machine;
  /** Of Sluice, Deno, V8 and each peer. */
  readonly versions: Readonly<Record<string, string>>;
  /** What to type to repeat it. */
  readonly command: string;
  readonly options: BenchOptions;
  /** What the load generator can do at most, with so many connections. */
  readonly ceilings: readonly { readonly connections: number; readonly rate: number }[];
  /** Subjects that were not measured, and why. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
  readonly cases: readonly Case[];
  /** What the figures say, a sentence or a few each. */
  readonly advice: readonly string[];
}
