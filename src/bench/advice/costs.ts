/** What modes cost, and which of some is the cheapest. */
import type { Case } from "../report.ts";
import { ahead } from "../summary.ts";
import { type Contender, known, names } from "./contender.ts";
import { CPU, type Measure, MEMORY, THREADS } from "./measure.ts";
import { count, list, NO_DIFFERENCE, relate } from "./wording.ts";

interface Cost {
  readonly measure: Measure;
  /** Half a sentence: `9.0 MB more memory`. */
  readonly beside: (amount: number, relation: "above" | "below") => string;
  /** `61.0 MB of memory at most`. */
  readonly plain: (value: number) => string;
  /** `memory`. */
  readonly word: string;
  /** `the least memory`. */
  readonly least: string;
}

/** What a mode takes, in the order in which it counts. */
const COSTS: readonly Cost[] = [
  {
    measure: MEMORY,
    beside: (amount, relation) => `${MEMORY.write(amount)} ${MEMORY[relation]} memory`,
    plain: (value) => `${MEMORY.write(value)} of memory at most`,
    word: "memory",
    least: "the least memory",
  },
  {
    measure: CPU,
    beside: (amount, relation) => `${CPU.write(amount)} ${CPU[relation]} CPU for a request`,
    plain: (value) => `${CPU.write(value)} of CPU for a request`,
    word: "CPU",
    least: "the least CPU for a request",
  },
  {
    measure: THREADS,
    beside: (amount, relation) => count(amount, `${THREADS[relation]} thread`),
    plain: (value) => count(value, "thread"),
    word: "threads",
    least: "the fewest threads",
  },
];

/** The cheapest of some, and why. */
export interface Cheapest {
  readonly contender: Contender;
  /** Such as `it takes the least memory of them (61.0 MB)`. */
  readonly reason: string;
}

/**
 * What each costs more or less than another, without a full stop: `Beside async, pooled takes 9.0
 * MB more memory and 4 more threads`.
 *
 * @returns Null when there is no figure to compare.
 */
export function costsBeside(those: readonly Contender[], other: Contender): string | null {
  const texts = those.flatMap((one) => {
    const pairs = COSTS.flatMap((cost) => {
      const [ours, theirs] = [cost.measure.of(one.case), cost.measure.of(other.case)];
      return ours === null || theirs === null ? [] : [{ cost, ours, theirs }];
    });
    if (pairs.length === 0) return [];
    const differences = pairs.flatMap(({ cost, ours, theirs }) => {
      const relation = relate(ours, theirs);
      if (relation === "same") return [];
      return cost.beside(Math.abs(ours.median - theirs.median), relation);
    });
    if (differences.length > 0) return `${one.label} takes ${list(differences)}`;
    return `${one.label} costs as much within the spread of the runs`;
  });
  return texts.length === 0 ? null : `Beside ${other.label}, ${texts.join("; ")}`;
}

/** What it costs by itself: `61.0 MB of memory at most and 6 threads`; null without a figure. */
export function ownCosts(one: Case): string | null {
  const texts = COSTS.flatMap(({ measure, plain }) => {
    const spread = measure.of(one);
    return spread === null ? [] : plain(spread.median);
  });
  return texts.length === 0 ? null : list(texts);
}

/**
 * The cheapest: the one that takes least memory, of several such the one that takes least CPU, then
 * fewest threads. A cost that is not known of all decides nothing. Where all are alike it is the
 * first, but not `single`, which serves one client at a time.
 *
 * @returns Null when there is none to choose from.
 */
export function cheapest(all: readonly Contender[]): Cheapest | null {
  let left = [...all].sort((a, b) => rank(a) - rank(b));
  const equal: Cost[] = [];
  for (const cost of COSTS) {
    const figures = known(left, cost.measure);
    if (figures.length < left.length) continue;
    const [first, ...others] = ahead(figures, ({ spread }) => spread, cost.measure.better);
    if (first !== undefined && others.length === 0) {
      const end = `${cost.least} of them (${cost.measure.write(first.spread.median)})`;
      return { contender: first.contender, reason: reasonOf(end, equal, left, all) };
    }
    equal.push(cost);
    left = left.filter((one) => [first, ...others].some((each) => each?.contender === one));
  }
  const [contender] = left;
  if (contender === undefined) return null;
  if (equal.length === 0) return { contender, reason: "nothing is known of what they cost" };
  const reason = left.length === all.length
    ? "they cost as much within the spread of the runs"
    : `${names(left)} cost the least, with ${NO_DIFFERENCE}`;
  return { contender, reason };
}

/** Why one is the cheapest that is so by a cost which was not the first. */
function reasonOf(
  end: string,
  equal: readonly Cost[],
  left: readonly Contender[],
  all: readonly Contender[],
): string {
  const costs = list(equal.map(({ word }) => word));
  if (equal.length === 0) return `it takes ${end}`;
  return left.length === all.length
    ? `none of them takes less ${costs}, and it takes ${end}`
    : `${names(left)} take the least ${costs}, and it takes ${end}`;
}

function rank({ case: { subject } }: Contender): number {
  return subject.mode === "single" ? 1 : 0;
}
