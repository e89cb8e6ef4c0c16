/** Which mode is recommended, and the sentences that say why. */
import type { BenchOptions } from "../report.ts";
import { ahead } from "../summary.ts";
import { standing } from "./comparison.ts";
import { type Contender, type Known, known, names } from "./contender.ts";
import { type Cheapest, cheapest } from "./costs.ts";
import { isFailing } from "./failures.ts";
import { type Goal, P99, THROUGHPUT } from "./measure.ts";
import { relate } from "./wording.ts";

/** A factor of p99 from which a mode is worth a word that is not the one to choose. */
const NOTABLE = 1.2;

/** What is recommended. */
export interface Choice {
  /** Null when none is. */
  readonly contender: Contender | null;
  readonly text: string;
}

/** Those that could be chosen. */
export interface Field {
  /** Those that are best by the goal, the best first. */
  readonly leaders: readonly Contender[];
  /** All that have a figure, the leaders included. */
  readonly all: readonly Contender[];
  /** Those without one: what they would have done is not known. */
  readonly unknown: readonly Contender[];
  readonly goal: Goal;
  /** Why the only leader is chosen. */
  readonly reason: string;
}

/** Chooses the cheapest of those that are ahead, and says why. */
export function choose(field: Field, options: BenchOptions): Choice {
  const { leaders, all, unknown, goal } = field;
  if (unknown.length > 0) {
    const text = `None is recommended: ${names(unknown)}, which could not be compared, may be ` +
      "ahead.";
    return { contender: null, text };
  }
  const isSound = (one: Contender) =>
    !isFailing(one, options) && one.case.summary.rate?.median !== 0;
  const sound = all.filter(isSound);
  const found = cheapest(leaders.filter(isSound));
  if (found !== null) return { contender: found.contender, text: choiceText(field, sound, found) };
  const others = ahead(known(sound, goal), ({ spread }) => spread, goal.better);
  const contender = cheapest(others.map(({ contender }) => contender))?.contender ?? null;
  if (contender === null) {
    return {
      contender,
      text: "None is recommended: all of them failed requests, or answered none.",
    };
  }
  const text = `Choose ${contender.label}: ${names(leaders)} failed requests, and of the others ` +
    "none is ahead of it.";
  return { contender, text };
}

/**
 * Why the cheapest of the leaders that do not fail is chosen.
 *
 * @param sound All that do not fail.
 */
function choiceText(
  { leaders, goal, reason }: Field,
  sound: readonly Contender[],
  { contender, reason: cheapness }: Cheapest,
): string {
  const eligible = leaders.filter((one) => sound.includes(one));
  const failing = leaders.filter((one) => !sound.includes(one));
  const why = failing.length > 0 ? [`${names(failing)} failed requests`] : [];
  if (eligible.length > 1) why.push(cheapness, ...gainText(eligible, contender, goal));
  else if (failing.length === 0) why.push(reason);
  const choice = `Choose ${contender.label}: ${why.join(", and ")}.`;
  return [choice, ...(goal === THROUGHPUT ? alternativeText(sound, contender) : [])].join(" ");
}

/** Says that others have the better median, but by less than can be told. */
function gainText(leaders: readonly Contender[], choice: Contender, goal: Goal): string[] {
  const own = goal.of(choice.case);
  if (own === null) return [];
  const before = known(leaders, goal).filter(({ spread: { median } }) =>
    goal.better === "higher" ? median > own.median : median < own.median
  ).map(({ contender }) => contender);
  if (before.length === 0) return [];
  return [`the gain of ${names(before)} is within the spread of the runs`];
}

/** Names the mode with the best p99, where that is clearly better than the choice's. */
function alternativeText(all: readonly Contender[], choice: Contender): string[] {
  const own = P99.of(choice.case);
  const [first]: Known[] = ahead(known(all, P99), ({ spread }) => spread, P99.better);
  if (own === null || first === undefined || relate(first.spread, own) !== "below") return [];
  if (own.median < NOTABLE * first.spread.median) return [];
  const { contender: { label }, spread } = first;
  const [its, ours] = [P99.write(spread.median), P99.write(own.median)];
  return [
    `Where p99 counts for more, ${label} is ahead: its p99 of ${its} is ` +
    `${standing(spread, own, P99)} than the ${ours} of ${choice.label}.`,
  ];
}
