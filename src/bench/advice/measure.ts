/** What modes are compared by, and the words for it. */
import { formatBytes, formatFigure } from "../figures.ts";
import type { BenchOptions, Case, MetricName, Spread } from "../report.ts";
import { spreadOf } from "../summary.ts";

/** A figure of a case that others are compared by. */
export interface Measure {
  readonly of: (one: Case) => Spread | null;
  readonly write: (value: number) => string;
  readonly better: "higher" | "lower";
  /** What it is when it lies above another: `more`. */
  readonly above: string;
  /** What it is when it lies below another: `less`. */
  readonly below: string;
  /** What it is when it is another's, as after `two times`: `as much`. */
  readonly as: string;
}

/** A {@linkcode Measure} by which a mode can be ahead. */
export interface Goal extends Measure {
  /** Says of one or some that they are best: `NAMES answer the most: VALUES`. */
  readonly lead: (names: string, values: string, isOne: boolean) => string;
  /** Says that there is no best one. */
  readonly even: (names: string, values: string) => string;
  /** Says the figure of one, without judging it. */
  readonly plain: (name: string, value: string) => string;
  /** Whose figure it is: `the p99 of NAME`. */
  readonly whose: (name: string) => string;
  /** Why the only best one is to be chosen. */
  readonly reason: string;
}

function metric(name: MetricName): Pick<Measure, "of" | "write"> {
  return { of: ({ summary }) => summary[name], write: (value) => formatFigure(name, value) };
}

const MORE = { above: "more", below: "less", as: "as much" } as const;

/** Requests answered in a second. */
export const THROUGHPUT: Goal = {
  ...metric("rate"),
  ...MORE,
  better: "higher",
  lead: (names, values, isOne) => `${names} ${isOne ? "answers" : "answer"} the most: ${values}`,
  even: (names, values) => `no mode is ahead: ${names} answer ${values}`,
  plain: (name, value) => `${name} answers ${value}`,
  whose: (name) => name,
  reason: "no other mode answers as much",
};

/** The latency that one request of a hundred exceeds. */
export const P99: Goal = {
  ...metric("p99_ms"),
  above: "higher",
  below: "lower",
  as: "as high",
  better: "lower",
  lead: (names, values, isOne) => `${names} ${isOne ? "has" : "have"} the lowest p99: ${values}`,
  even: (names, values) => `no mode has a lower p99: that of ${names} is ${values}`,
  plain: (name, value) => `that of ${name} is ${value}`,
  whose: (name) => `the p99 of ${name}`,
  reason: "no other mode that keeps the rate has so low a p99",
};

/** Memory of a connection that does nothing. */
export const CONNECTION_MEMORY: Goal = {
  of: ({ runs, connections }) =>
    connections === 0 ? null : spreadOf(runs.map(({ figures }) => {
      const { rest_bytes: rest, peak_bytes: peak } = figures;
      // It is a little below 0 when the server gave memory back since its start.
      return rest === null || peak === null ? null : Math.max(0, peak - rest) / connections;
    })),
  write: formatBytes,
  ...MORE,
  better: "lower",
  lead: (names, values) => `a connection takes the least memory in ${names}: ${values}`,
  even: (names, values) => `a connection takes as much memory in ${names}: ${values}`,
  plain: (name, value) => `in ${name} it takes ${value}`,
  whose: (name) => `a connection in ${name}`,
  reason: "in no other mode does a connection take so little memory",
};

/** Most memory of the server under load. */
export const MEMORY: Measure = { ...metric("peak_bytes"), ...MORE, better: "lower" };

/** CPU time for a request, the server's own and that of the system for it. */
export const CPU: Measure = {
  of: ({ runs }) =>
    spreadOf(
      runs.map(({ figures: { user_us: user, system_us: system } }) =>
        user === null || system === null ? null : user + system
      ),
    ),
  write: (value) => formatFigure("user_us", value),
  ...MORE,
  better: "lower",
};

/** Most threads of the server under load. */
export const THREADS: Measure = {
  ...metric("threads"),
  ...MORE,
  below: "fewer",
  as: "as many",
  better: "lower",
};

/** By what modes are judged first in such a measurement. */
export function goalOf({ workload, rate }: Pick<BenchOptions, "workload" | "rate">): Goal {
  if (workload === "idle") return CONNECTION_MEMORY;
  return rate === null ? THROUGHPUT : P99;
}
