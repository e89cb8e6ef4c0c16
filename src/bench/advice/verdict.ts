import type { BenchOptions, Case } from "../report.ts";
import type { Judgement } from "./judgement.ts";

/** Something that the figures say. */
export interface Verdict {
  /** Which verdict it is, such as `winner`. */
  readonly id: string;
  /** The cases that it names; first the one that is recommended, or compared with the others. */
  readonly about: readonly Case[];
  /** A sentence, in which names of cases stand in backticks. */
  readonly text: string;
}

/** What verdicts are found in. */
export interface Study {
  readonly options: BenchOptions;
  readonly cases: readonly Case[];
  /** For each number of connections, the fewest first. */
  readonly judgements: readonly Judgement[];
  /** The one that the recommendation follows. */
  readonly main: Judgement;
}
