/** What the figures say of the modes with one number of connections. */
import { formatFigure } from "../figures.ts";
import type { BenchOptions } from "../report.ts";
import { choose } from "./choice.ts";
import { type Contender, known } from "./contender.ts";
import { costsBeside, ownCosts } from "./costs.ts";
import { failureText } from "./failures.ts";
import { CONNECTION_MEMORY, type Goal, goalOf, P99, THROUGHPUT } from "./measure.ts";
import {
  answerText,
  keepsRate,
  type Standings,
  standingsAtRate,
  standingsBy,
  yardstick,
} from "./standings.ts";
import { lowerFirst, withConnections } from "./wording.ts";

/** What is said of one number of connections. */
export interface Verdict {
  readonly connections: number;
  /** Who is ahead, as half a sentence; null when nothing could be compared. */
  readonly lead: string | null;
  /** The best first. */
  readonly leaders: readonly Contender[];
  /** What is recommended; null when nothing is. */
  readonly choice: Contender | null;
  readonly paragraphs: readonly string[];
}

/**
 * Judges cases with the same number of connections: by requests answered, by the p99 of those that
 * keep the rate, or by the memory of a connection.
 */
export function judge(
  group: readonly Contender[],
  connections: number,
  options: BenchOptions,
): Verdict {
  const goal = goalOf(options);
  const asked = goal === P99 ? THROUGHPUT : goal;
  const all = known(group, asked).map(({ contender }) => contender);
  const unknown = group.filter((one) => !all.includes(one));
  const [first, ...others] = all;
  if (first === undefined) {
    const nothing = `${withConnections(connections)}, nothing could be compared.`;
    const failures = failureSentences(group, options);
    const paragraphs = group.length === 0 ? [] : [[nothing, ...failures].join(" ")];
    return { connections, lead: null, leaders: [], choice: null, paragraphs };
  }
  if (others.length === 0) return alone(first, unknown, connections, options);
  const { rate } = options;
  const standings = goal === P99 && rate !== null
    ? standingsAtRate(rate, all, unknown)
    : standingsBy(goal, all, unknown);
  const { contender: choice, text } = choose(standings, options);
  const { lead, leaders, sentences } = standings;
  return {
    connections,
    lead,
    leaders,
    choice,
    paragraphs: [
      [
        `${withConnections(connections)}, ${lead}.`,
        ...failureSentences(leaders, options).map((text) => `But ${lowerFirst(text)}`),
        ...sentences,
        ...failureSentences(group.filter((one) => !leaders.includes(one)), options),
      ].join(" "),
      ...costsParagraph(standings, choice),
      ...(leaders.length === 0 ? [] : [text]),
    ],
  };
}

/** The only case with a figure, which there is nothing to compare with. */
function alone(
  one: Contender,
  unknown: readonly Contender[],
  connections: number,
  options: BenchOptions,
): Verdict {
  const lead = aloneText(one, goalOf(options), options);
  const costs = ownCosts(one.case);
  const sentences = [
    `${withConnections(connections)}, ${lead}.`,
    ...(costs === null ? [] : [`It takes ${costs}.`]),
    ...failureSentences([one, ...unknown], options),
    unknown.length === 0
      ? "There is no other mode to compare it with."
      : "There are no figures to compare it with.",
  ];
  const choice = unknown.length === 0 ? one : null;
  return { connections, lead: null, leaders: [one], choice, paragraphs: [sentences.join(" ")] };
}

function aloneText(one: Contender, goal: Goal, { rate }: BenchOptions): string {
  const { label, case: { summary } } = one;
  if (goal === CONNECTION_MEMORY) {
    const spread = goal.of(one.case);
    return `a connection takes ${goal.write(spread?.median ?? NaN)} of memory in ${label}`;
  }
  const latency = summary.p99_ms === null
    ? ""
    : ` with a p99 of ${P99.write(summary.p99_ms.median)}`;
  const answered = formatFigure("rate", summary.rate?.median ?? NaN);
  if (rate === null) return `${label} answers ${answered}${latency}`;
  const asked = `the rate of ${formatFigure("rate", rate)}`;
  return keepsRate(one, rate)
    ? `${label} keeps ${asked}${latency}`
    : `${answerText(one, rate, asked)}${latency}`;
}

function failureSentences(group: readonly Contender[], options: BenchOptions): string[] {
  return group.flatMap((one) => {
    const text = failureText(one, options);
    return text === null ? [] : `${text}.`;
  });
}

/** What those that are ahead cost beside `async`, else beside what is recommended. */
function costsParagraph({ leaders, all }: Standings, choice: Contender | null): string[] {
  const [first] = leaders;
  if (first === undefined) return [];
  const reference = yardstick(all) ?? choice ?? first;
  const others = leaders.filter((one) => one !== reference);
  if (others.length === 0) {
    const costs = ownCosts(first.case);
    return costs === null ? [] : [`${first.label} takes ${costs}.`];
  }
  const text = costsBeside(others, reference);
  return text === null ? [] : [`${text}.`];
}
