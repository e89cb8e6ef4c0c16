import type { Case, Spread } from "../report.ts";
import { list } from "./wording.ts";
import type { Measure } from "./measure.ts";

/** A case, and what it is called in a sentence. */
export interface Contender {
  /** Such as `pooled` in backticks, `pooled` with 2 workers, or the plain name of a peer. */
  readonly label: string;
  readonly case: Case;
}

/** A contender that has a figure, and this figure. */
export interface Known {
  readonly contender: Contender;
  readonly spread: Spread;
}

/** The cases with their names; the number of workers is in it where a mode has more than one. */
export function contenders(cases: readonly Case[]): Contender[] {
  return cases.map((one) => {
    const { name, mode, workers } = one.subject;
    const isOnly = cases.every(({ subject }) => subject.mode !== mode || subject.name === name);
    if (mode === null) return { label: name, case: one };
    if (isOnly) return { label: `\`${mode}\``, case: one };
    const which = workers === null
      ? `\`${name}\``
      : `\`${mode}\` with ${workers} worker${workers === 1 ? "" : "s"}`;
    return { label: which, case: one };
  });
}

/** Those that have a figure. */
export function known(all: readonly Contender[], measure: Measure): Known[] {
  return all.flatMap((contender) => {
    const spread = measure.of(contender.case);
    return spread === null ? [] : [{ contender, spread }];
  });
}

/** Their names as a list. */
export function names(all: readonly Contender[]): string {
  return list(all.map(({ label }) => label));
}

/** Their medians as a list, of those that have one. */
export function values(all: readonly Contender[], measure: Measure): string {
  return list(known(all, measure).map(({ spread }) => measure.write(spread.median)));
}
