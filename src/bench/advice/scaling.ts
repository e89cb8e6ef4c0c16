/** What more connections change. */
import { formatFigure } from "../figures.ts";
import type { BenchOptions } from "../report.ts";
import { differ } from "../summary.ts";
import { standing } from "./comparison.ts";
import { type Contender, type Known, known } from "./contender.ts";
import { type Goal, goalOf, THROUGHPUT } from "./measure.ts";
import type { Verdict } from "./verdict.ts";
import { count, list, withConnections } from "./wording.ts";

/**
 * How each mode scales from the fewest connections to the most, and whether the verdict
 * changes between them.
 *
 * @param all Of all numbers of connections, the fewest first.
 * @param verdicts Of each of them, the fewest first.
 * @param main The number of connections whose verdict is told by itself.
 */
export function scalingParagraphs(
  all: readonly Contender[],
  verdicts: readonly Verdict[],
  main: number,
  options: BenchOptions,
): string[] {
  const [first, last] = [verdicts[0], verdicts.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const goal = goalOf(options);
  const labels = [...new Set(all.map(({ label }) => label))];
  const ways = labels.flatMap((label) =>
    wayText(known(all.filter((one) => one.label === label), goal), [first, last], goal)
  );
  const [way, ...others] = ways.map(({ whose, text }, i) =>
    `${whose}${i > 0 ? "" : " goes"} ${text}`
  );
  const from = `From ${formatFigure("errors", first.connections)} to ` +
    count(last.connections, "connection");
  return [
    ...(way === undefined ? [] : [`${from}, ${list([way, ...others])}.`]),
    ...changeParagraph(verdicts, main),
  ];
}

/** From which figure to which; empty where one of both is not known. */
function wayText(
  figures: readonly Known[],
  [first, last]: readonly [Verdict, Verdict],
  goal: Goal,
): { readonly whose: string; readonly text: string }[] {
  const at = ({ connections }: Verdict) =>
    figures.find(({ contender }) => contender.case.connections === connections);
  const [one, other] = [at(first), at(last)];
  if (one === undefined || other === undefined) return [];
  const [from, to] = [one, other].map(({ spread }) => goal.write(spread.median));
  const change = standing(other.spread, one.spread, goal);
  const peak = goal === THROUGHPUT ? peakText(figures, one, other) : "";
  return [{
    whose: goal.whose(one.contender.label),
    text: `from ${from} to ${to} (${change}${peak})`,
  }];
}

/** Says that most is answered with a number of connections that is neither the least nor the most. */
function peakText(figures: readonly Known[], one: Known, other: Known): string {
  const [peak] = figures.toSorted((a, b) => b.spread.median - a.spread.median);
  if (peak === undefined) return "";
  if (!differ(peak.spread, one.spread) || !differ(peak.spread, other.spread)) return "";
  const { contender: { case: { connections } }, spread } = peak;
  const where = count(connections, "connection");
  return `, with a peak of ${THROUGHPUT.write(spread.median)} with ${where}`;
}

/** Whether the same modes are ahead, and the same is recommended, with other numbers. */
function changeParagraph(verdicts: readonly Verdict[], main: number): string[] {
  const last = verdicts.find(({ connections }) => connections === main);
  if (last === undefined || last.lead === null) return [];
  const known = verdicts.filter((verdict) => verdict !== last && verdict.lead !== null);
  if (known.length === 0) return [];
  const same = known.filter((verdict) => key(verdict) === key(last));
  const sentences = known.filter((verdict) => !same.includes(verdict)).map((verdict) => {
    const { connections, lead, choice } = verdict;
    const verb = choice?.label === last.choice?.label ? "stays" : "is";
    const end = choice === null ? "." : `; the choice ${verb} ${choice.label}.`;
    return `${withConnections(connections)} the verdict is another: ${lead}${end}`;
  });
  if (same.length > 0) {
    const counts = list(same.map(({ connections }) => formatFigure("errors", connections)));
    const noun = same.at(-1)?.connections === 1 ? "connection" : "connections";
    sentences.unshift(`With ${counts} ${noun} the verdict is the same.`);
  }
  return [sentences.join(" ")];
}

/** Alike for verdicts that say the same, but for the figures. */
function key({ leaders, choice }: Verdict): string {
  const labels = leaders.map(({ label }) => label).sort();
  return JSON.stringify([labels, choice?.label ?? null]);
}
