/** Sample reports of `sluice bench` with realistic figures. */
import {
  type BenchReport,
  type Case,
  FORMAT,
  METRIC_NAMES,
  type MetricName,
  PERCENTILES,
  type Run,
  type Subject,
} from "../../src/bench/report.ts";
import { summarize } from "../../src/bench/summary.ts";

/** Four modes and a peer. */
export const SUBJECTS = {
  async: { name: "async", kind: "mode", mode: "async", workers: null },
  threaded: { name: "threaded", kind: "mode", mode: "threaded", workers: null },
  pooled: { name: "pooled, 2 workers", kind: "mode", mode: "pooled", workers: 2 },
  forked: { name: "forked, 2 workers", kind: "mode", mode: "forked", workers: 2 },
  nginx: { name: "nginx", kind: "peer", mode: null, workers: null },
} as const satisfies Record<string, Subject>;

/** A figure or null for each metric. */
export type Figures = Run["figures"];

/** The figures of each subject with 8 and with 64 connections. */
const TYPICAL: Readonly<Record<keyof typeof SUBJECTS, readonly [Figures, Figures]>> = {
  async: [
    figuresOf([41_200, 0.181, 13.1, 9.8, 58e6, 71e6, 11, 0.9, null]),
    figuresOf([43_900, 1.42, 12.6, 8.9, 58e6, 79e6, 11, 0.4, null]),
  ],
  threaded: [
    figuresOf([33_800, 0.214, 17.9, 16.4, 96e6, 148e6, 21, 2.3, 0.91]),
    figuresOf([29_100, 2.06, 20.2, 19.7, 97e6, 402e6, 77, 2.9, 0.83]),
  ],
  pooled: [
    figuresOf([57_400, 0.127, 14.8, 11.9, 92e6, 118e6, 15, 1.4, 0.97]),
    figuresOf([62_000, 1.01, 14.2, 10.8, 92e6, 131e6, 15, 0.7, 0.96]),
  ],
  forked: [
    figuresOf([58_300, 0.122, 13.4, 10.7, 171e6, 198e6, 33, 1.1, 0.88]),
    figuresOf([63_200, 0.978, 13, 9.9, 171e6, 214e6, 33, 0.5, 0.79]),
  ],
  nginx: [
    figuresOf([88_400, 0.081, 2.1, 6.8, 7.4e6, 8.1e6, 3, 0.6, null]),
    figuresOf([97_300, 0.634, 1.9, 6.1, 7.4e6, 9.2e6, 3, 0.3, null]),
  ],
};

/** Why a run is withheld. */
export const LIMITED = "The load generator ran 99% of the time, at 96% of what it can do";

/** A report of {@linkcode SUBJECTS} with 8 and 64 connections, and three runs of each. */
export function makeReport(overrides: Partial<BenchReport> = {}): BenchReport {
  return {
    format: FORMAT,
    time: "2025-11-21T18:04:05Z",
    complete: true,
    machine: {
      system: "Linux 6.12.0",
      processor: "AMD EPYC 7B13",
      processors: 4,
      memory_bytes: 16_777_216_000,
    },
    versions: { sluice: "0.1.0", deno: "2.9.6", v8: "14.2.231.17", nginx: "1.26.3" },
    command: "sluice bench --workload hello --modes async,threaded,pooled,forked --workers 2 " +
      "--connections 8,64 --duration 10s --warmup 2s --runs 3 --peers --seed 1",
    options: {
      workload: "hello",
      handler: null,
      root: null,
      requests: [],
      modes: ["async", "threaded", "pooled", "forked"],
      workers: [2],
      connections: [8, 64],
      rate: null,
      message_bytes: 64,
      duration_ms: 10_000,
      warmup_ms: 2_000,
      runs: 3,
      seed: 1,
      peers: true,
      server: ["--max-connections", "1000"],
    },
    ceilings: [{ connections: 8, rate: 118_000 }, { connections: 64, rate: 141_000 }],
    missing: [{ name: "node", reason: "node is not installed" }],
    cases: makeCases(),
    advice: [
      "forked, 2 workers and pooled, 2 workers answer most requests of the modes, and cannot be " +
      "told apart: 63,200 /s and 62,000 /s with 64 connections.",
      "Take pooled: it needs 131 MB at its peak where forked needs 214 MB.",
      "threaded answers fewer requests with 64 connections than with 8, since it starts a thread " +
      "for each of them.",
    ],
    ...overrides,
  };
}

/** The cases of {@linkcode makeReport}; one has errors, and nginx is withheld with 64 connections. */
export function makeCases(): readonly Case[] {
  const names = Object.keys(TYPICAL) as (keyof typeof SUBJECTS)[];
  return [8, 64].flatMap((connections, column) =>
    names.map((name) => {
      const figures = TYPICAL[name][column] ?? TYPICAL[name][0];
      const runs = [1, 0.985, 1.012].map((scale) => makeRun(scaled(figures, scale)));
      if (column === 0 || (name !== "nginx" && name !== "threaded")) {
        return makeCase(SUBJECTS[name], connections, runs);
      }
      if (name === "nginx") {
        return makeCase(SUBJECTS[name], connections, runs.map(limitedRun));
      }
      const [first, ...others] = runs;
      const failed = makeRun({ ...first?.figures, errors: 14 }, {
        errors: { "status 503": 12, reset: 2 },
      });
      return makeCase(SUBJECTS[name], connections, [failed, ...others]);
    })
  );
}

/** A case, with the summary of its runs. */
export function makeCase(subject: Subject, connections: number, runs: readonly Run[]): Case {
  return { subject, connections, runs, summary: summarize(runs) };
}

/** A run with these figures and null for others; its curve goes through its latencies. */
export function makeRun(figures: Partial<Figures> = {}, changes: Partial<Run> = {}): Run {
  const all = {} as Record<MetricName, number | null>;
  for (const metric of METRIC_NAMES) all[metric] = figures[metric] ?? null;
  return {
    figures: all,
    errors: {},
    curve: curveOf(all),
    generator: { busy: 0.62, waiting: 0.01, of_ceiling: 0.43 },
    limited: null,
    ...changes,
  };
}

/** The run as reported if the load generator was the limit. */
export function limitedRun(run: Run): Run {
  return makeRun({
    ...run.figures,
    ...{ rate: null, bytes_per_s: null },
    ...{ p50_ms: null, p90_ms: null, p99_ms: null, p999_ms: null, max_ms: null },
  }, {
    generator: { busy: 0.99, waiting: 0.01, of_ceiling: 0.96 },
    limited: LIMITED,
  });
}

/** All metrics, computed from the independent ones. */
function figuresOf(
  [rate, p50, user, system, rest, peak, threads, switches, balance]: readonly [
    ...[number, number, number, number, number, number, number, number],
    number | null,
  ],
): Figures {
  return {
    rate,
    bytes_per_s: rate * 142,
    p50_ms: p50,
    p90_ms: p50 * 1.55,
    p99_ms: p50 * 3.1,
    p999_ms: p50 * 7.4,
    max_ms: p50 * 26,
    errors: 0,
    user_us: user,
    system_us: system,
    rest_bytes: rest,
    peak_bytes: peak,
    threads,
    switches,
    balance,
  };
}

/** The figures of a run that was faster by a factor. */
function scaled(figures: Figures, scale: number): Figures {
  const times = (value: number | null) => value === null ? null : value * scale;
  const through = (value: number | null) => value === null ? null : value / scale;
  return {
    ...figures,
    ...{ rate: times(figures.rate), bytes_per_s: times(figures.bytes_per_s) },
    ...{ p50_ms: through(figures.p50_ms), p90_ms: through(figures.p90_ms) },
    ...{ p99_ms: through(figures.p99_ms), p999_ms: through(figures.p999_ms) },
    ...{ max_ms: through(figures.max_ms), peak_bytes: through(figures.peak_bytes) },
    ...{ user_us: through(figures.user_us), system_us: through(figures.system_us) },
    switches: through(figures.switches),
  };
}

/** Latencies at all percentiles, interpolated; empty if some are unknown. */
function curveOf({ p50_ms, p90_ms, p99_ms, p999_ms, max_ms }: Figures): readonly number[] {
  if (p50_ms === null || p90_ms === null || p99_ms === null) return [];
  if (p999_ms === null || max_ms === null) return [];
  const known: readonly (readonly [nines: number, latency: number])[] = [
    ...[[0, p50_ms / 2.2], [0.301, p50_ms], [1, p90_ms], [2, p99_ms]] as const,
    ...[[3, p999_ms], [4.5, max_ms * 0.8], [6, max_ms]] as const,
  ];
  return PERCENTILES.map((percentile) => {
    const nines = Math.min(-Math.log10(1 - percentile / 100), 6);
    const after = Math.max(1, known.findIndex(([at]) => at >= nines));
    const [[x0, y0] = [0, 0], [x1, y1] = [1, 0]] = [known[after - 1], known[after]];
    return y0 + (y1 - y0) * (nines - x0) / (x1 - x0);
  });
}
