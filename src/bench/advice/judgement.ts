/** Which mode the figures favour with one number of connections. */
import type { BenchOptions, Case } from "../report.ts";
import { ahead, errorKinds } from "../summary.ts";
import {
  CONNECTION_MEMORY,
  CPU,
  type Measure,
  MEMORY,
  P99,
  THREADS,
  THROUGHPUT,
} from "./measures.ts";

/** The share of the requested rate from which on a mode keeps it. */
const KEPT = 0.99;

/** Failed requests, as a share of all, that rule a mode out. */
const TOO_MANY_FAILURES = 0.001;

/** What decides between equally good modes, the most important first. */
const COSTS: readonly Measure[] = [MEMORY, CPU, THREADS];

/** What the modes come to. */
export interface Judgement {
  readonly connections: number;
  readonly modes: readonly Case[];
  /** Modes without the figure: nobody knows what they can do. */
  readonly unknown: readonly Case[];
  /** Modes with the figure; at a fixed rate, those that keep it if any does. */
  readonly compared: readonly Case[];
  readonly goal: Measure;
  /** The best by the goal and all that do not differ from it, the best first. */
  readonly leaders: readonly Case[];
  /** The leaders without failures, or else the best of the others. */
  readonly eligible: readonly Case[];
  /** The cheapest of these; null if there is none, or if an unknown mode may be better. */
  readonly choice: Case | null;
  /** The costs that tell it from the other eligible modes; none if it is not cheaper. */
  readonly decidedBy: readonly Measure[];
}

/** Judges by memory if connections are idle, by p99 among those that keep a rate, else by throughput. */
export function judge(
  connections: number,
  modes: readonly Case[],
  options: BenchOptions,
): Judgement {
  const { workload, rate } = options;
  const first = workload === "idle" ? CONNECTION_MEMORY : THROUGHPUT;
  const known = modes.filter((one) => first.of(one) !== null);
  const keeping = workload === "idle" || rate === null
    ? []
    : known.filter((one) => keepsRate(one, rate) && P99.of(one) !== null);
  const [goal, compared] = keeping.length > 0 ? [P99, keeping] : [first, known];
  const leaders = best(compared, goal);
  const sound = compared.filter((one) => !isFailing(one, options));
  const soundLeaders = leaders.filter((one) => sound.includes(one));
  const eligible = soundLeaders.length > 0 ? soundLeaders : best(sound, goal);
  const unknown = modes.filter((one) => !known.includes(one));
  const { cheapest, decidedBy } = compareCosts(eligible);
  const choice = unknown.length > 0 ? null : cheapest;
  return { connections, modes, unknown, compared, goal, leaders, eligible, choice, decidedBy };
}

/** Whether a mode serves the rate that was asked for, without failures. */
export function keepsRate({ summary }: Case, rate: number): boolean {
  return (summary.rate?.median ?? 0) >= KEPT * rate && (summary.errors?.median ?? 0) === 0;
}

/** Of equally cheap modes the first, but not `single` with its one client at a time. */
function compareCosts(modes: readonly Case[]) {
  let left = modes.toSorted((a, b) => Number(isSingle(a)) - Number(isSingle(b)));
  const decidedBy: Measure[] = [];
  for (const cost of COSTS) {
    // A cost that is not known of all decides nothing.
    if (left.some((one) => cost.of(one) === null)) continue;
    const cheap = best(left, cost);
    if (cheap.length < left.length) decidedBy.push(cost);
    left = left.filter((one) => cheap.includes(one));
  }
  return { cheapest: left[0] ?? null, decidedBy: left.length === 1 ? decidedBy : [] };
}

function isSingle({ subject }: Case): boolean {
  return subject.mode === "single";
}

function best(cases: readonly Case[], measure: Measure): Case[] {
  return ahead(cases, (one) => measure.of(one), measure.better);
}

/** Whether a mode answers nothing, leaves a client without any response, or fails 0.1% of requests. */
function isFailing({ runs, summary }: Case, { duration_ms }: BenchOptions): boolean {
  const rate = summary.rate?.median ?? null;
  const isUnanswered = errorKinds(runs).some(({ kind, spread }) =>
    kind === "unanswered" && spread.median > 0
  );
  const failed = summary.errors?.median ?? 0;
  const all = failed + (rate ?? 0) * duration_ms / 1000;
  return rate === 0 || isUnanswered || (failed > 0 && failed / all >= TOO_MANY_FAILURES);
}
