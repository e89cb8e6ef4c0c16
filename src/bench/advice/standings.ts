/** Who is ahead of whom with one number of connections, in words. */
import { formatFigure } from "../figures.ts";
import { ahead } from "../summary.ts";
import type { Field } from "./choice.ts";
import { against, latencyText, leadText, standing } from "./comparison.ts";
import { type Contender, known, names, values } from "./contender.ts";
import { type Goal, P99, THROUGHPUT } from "./measure.ts";
import { relate, upperFirst } from "./wording.ts";

/** The share of the rate that was asked for from which on it is kept. */
const KEPT = 0.99;

/** What a group of cases comes to. */
export interface Standings extends Field {
  /** Who is ahead, as half a sentence. */
  readonly lead: string;
  /** What else there is to say, in whole sentences. */
  readonly sentences: readonly string[];
}

/**
 * Who is best by a goal.
 *
 * @param all Those with the figure, at least one.
 * @param unknown Those without it.
 */
export function standingsBy(
  goal: Goal,
  all: readonly Contender[],
  unknown: readonly Contender[],
): Standings {
  const field = { all, unknown, goal, reason: goal.reason };
  const figures = ahead(known(all, goal), ({ spread }) => spread, goal.better);
  if (goal === THROUGHPUT && figures.every(({ spread }) => spread.median === 0)) {
    return { ...field, leaders: [], lead: "no mode answered a request", sentences: [] };
  }
  const leaders = figures.map(({ contender }) => contender);
  const lead = leadText(leaders, goal, leaders.length === all.length);
  return {
    ...field,
    leaders,
    lead: unknown.length === 0 ? lead : `of the modes that could be compared, ${lead}`,
    sentences: sentencesBy(goal, leaders, all),
  };
}

/**
 * Who keeps a rate without failures, and which of those has the lowest p99.
 *
 * @param all Those of which it is known what they answered, at least one.
 * @param unknown Those of which it is not.
 */
export function standingsAtRate(
  rate: number,
  all: readonly Contender[],
  unknown: readonly Contender[],
): Standings {
  const asked = formatFigure("rate", rate);
  const keeping = all.filter((one) => keepsRate(one, rate));
  const timed = known(keeping, P99).map(({ contender }) => contender);
  if (keeping.length === 0) {
    const standings = standingsBy(THROUGHPUT, all, unknown);
    return { ...standings, lead: `no mode keeps the rate of ${asked}; ${standings.lead}` };
  }
  const short = all.filter((one) => !keeping.includes(one)).map((one) =>
    answerText(one, rate, "it")
  );
  const verb = keeping.length === 1 ? "keeps" : "keep";
  const field = {
    all: keeping,
    unknown,
    goal: P99,
    reason: keeping.length === 1 ? "no other mode keeps the rate" : P99.reason,
    lead: [`${names(keeping)} ${verb} the rate of ${asked}`, ...short].join("; "),
  };
  if (timed.length < 2 || timed.length < keeping.length) {
    const isKnown = timed.length === keeping.length;
    const sentences = isKnown ? [`Its p99 is ${values(timed, P99)}.`] : [];
    return { ...field, leaders: keeping, sentences };
  }
  const { leaders, lead, sentences } = standingsBy(P99, timed, []);
  return { ...field, leaders, sentences: [`Of these, ${lead}.`, ...sentences] };
}

/** Whether it answers what was asked for, without failures. */
export function keepsRate({ case: { summary } }: Contender, rate: number): boolean {
  return (summary.rate?.median ?? 0) >= KEPT * rate && (summary.errors?.median ?? 0) === 0;
}

/**
 * How one does not keep a rate that was asked for: `single answers 1,100/s of it (11%)`.
 *
 * @param asked What the rate is called.
 */
export function answerText(one: Contender, rate: number, asked: string): string {
  const { label, case: { summary } } = one;
  const answered = summary.rate?.median ?? 0;
  if (answered >= KEPT * rate) return `${label} keeps ${asked}, but not without failures`;
  // Rounded down: what is just short of a rate does not look as if it was kept.
  const share = Math.floor(100 * answered / rate);
  return `${label} answers ${formatFigure("rate", answered)} of ${asked} (${share}%)`;
}

/** The one that others are set beside, where it is among them. */
export function yardstick(all: readonly Contender[]): Contender | undefined {
  return all.find(({ case: { subject } }) => subject.mode === "async");
}

function sentencesBy(
  goal: Goal,
  leaders: readonly Contender[],
  all: readonly Contender[],
): string[] {
  const others = all.filter((one) => !leaders.includes(one));
  if (others.length === 0) return goal === THROUGHPUT ? evenLatency(leaders) : [];
  const reference = yardstick(others);
  const beside = reference === undefined ? others : [reference];
  const latency = goal === THROUGHPUT ? latencyText(leaders, beside) : null;
  return [
    `That is ${against(known(leaders, goal), known(beside, goal), goal)}.`,
    ...(latency === null ? [] : [`${latency}.`]),
    ...others.flatMap((one) =>
      reference === undefined || one === reference ? [] : plainText(one, reference, goal)
    ),
  ];
}

/** The figure of one that is neither ahead nor what the others are set beside. */
function plainText(one: Contender, reference: Contender, goal: Goal): string[] {
  const [its, theirs] = [goal.of(one.case), goal.of(reference.case)];
  if (its === null || theirs === null) return [];
  const begin = upperFirst(goal.plain(one.label, goal.write(its.median)));
  const whose = goal.whose(reference.label);
  if (relate(its, theirs) === "same") {
    return [`${begin}, not different from ${whose} beyond the spread of the runs.`];
  }
  const stands = standing(its, theirs, goal);
  return [`${begin}, ${stands} ${stands.endsWith(goal.as) ? "as" : "than"} ${whose}.`];
}

/** The p99 of those that answer as much: that it is the same, or which have the lowest. */
function evenLatency(all: readonly Contender[]): string[] {
  const figures = known(all, P99);
  if (figures.length < all.length) return [];
  const first = ahead(figures, ({ spread }) => spread, P99.better);
  if (first.length === all.length) return [`Nor does their p99 differ: ${values(all, P99)}.`];
  return [`${leadText(first.map(({ contender }) => contender), P99, false)}.`];
}
