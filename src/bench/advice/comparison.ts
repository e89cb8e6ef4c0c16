/** Sentences that set some cases beside others, without their full stop. */
import type { Spread } from "../report.ts";
import { differ } from "../summary.ts";
import { type Contender, type Known, known, names, values } from "./contender.ts";
import { type Goal, type Measure, P99 } from "./measure.ts";
import { amount, list, NO_DIFFERENCE, relate, type Relation } from "./wording.ts";

const RELATIONS: readonly Relation[] = ["above", "below", "same"];

/**
 * Who is ahead, such as `pooled and forked answer the most: 395/s and 380/s, no difference between
 * them beyond the spread of the runs`.
 *
 * @param leaders The best first; all have the figure.
 * @param isAll Whether there are no others.
 */
export function leadText(leaders: readonly Contender[], goal: Goal, isAll: boolean): string {
  const shown = values(leaders, goal);
  if (leaders.length === 1) return goal.lead(names(leaders), shown, true);
  const spreads = known(leaders, goal).map(({ spread }) => spread);
  const areAlike = spreads.every((one) => spreads.every((other) => !differ(one, other)));
  const text = isAll ? goal.even(names(leaders), shown) : goal.lead(names(leaders), shown, false);
  if (!areAlike) return `${text}; none differs from the first beyond the spread of the runs`;
  return isAll
    ? `${text}, ${NO_DIFFERENCE}`
    : `${text}, no difference between them beyond the spread of the runs`;
}

/** `1.9 to 2.0 times the 199/s of async and 12% more than the 350/s of threaded`. */
export function against(
  these: readonly Known[],
  others: readonly Known[],
  measure: Measure,
): string {
  return list(others.map((other) => clauses(these, other, measure)));
}

/** The p99 of some beside that of others; null when it is not known of both. */
export function latencyText(
  these: readonly Contender[],
  others: readonly Contender[],
): string | null {
  const [ours, theirs] = [known(these, P99), known(others, P99)];
  if (ours.length === 0 || theirs.length === 0) return null;
  const whose = ours.length < these.length
    ? `The p99 of ${names(ours.map(({ contender }) => contender))}, ${values(these, P99)},`
    : `${these.length === 1 ? "Its" : "Their"} p99 of ${values(these, P99)}`;
  return `${whose} is ${against(ours, theirs, P99)}`;
}

/** How one figure stands to another: `1.5 times as much`, `12% more`, `less`. */
export function standing(one: Spread, other: Spread, measure: Measure): string {
  const relation = relate(one, other);
  if (relation === "same") return NO_DIFFERENCE;
  const much = amount([one.median], other.median);
  if (relation === "above" && much.endsWith("times")) return `${much} ${measure.as}`;
  return `${much} ${measure[relation]}`.trim();
}

/** A clause for all of them, or one for those above, one for those below and one for the others. */
function clauses(these: readonly Known[], other: Known, measure: Measure): string {
  const its = `the ${measure.write(other.spread.median)} of ${other.contender.label}`;
  const groups = RELATIONS.flatMap((relation) => {
    const members = these.filter(({ spread }) => relate(spread, other.spread) === relation);
    return members.length === 0 ? [] : [{ relation, members }];
  });
  return groups.map(({ relation, members }) => {
    const medians = members.map(({ spread }) => spread.median);
    const text = clause(relation, amount(medians, other.spread.median), its, measure);
    if (groups.length === 1) return text;
    return `${text} for ${names(members.map(({ contender }) => contender))}`;
  }).join(", and ");
}

function clause(relation: Relation, much: string, its: string, measure: Measure): string {
  if (relation === "same") return `not different from ${its} beyond the spread of the runs`;
  if (relation === "above" && much.endsWith("times")) return `${much} ${its}`;
  return `${much} ${measure[relation]} than ${its}`.trim();
}
