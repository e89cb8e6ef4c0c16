import { ExitError } from "../base/exit.ts";
import { measureCeiling } from "../load/ceiling.ts";
import type { LoadPlan, LoadProgress } from "../load/load.ts";
import type { Candidate } from "./candidate.ts";
import { measure } from "./measure.ts";
import type { Run } from "./report.ts";

/** One step of a bench: a run, or the measurement of a ceiling. */
export interface Step {
  /** Such as `pooled, 2 workers`. */
  readonly name: string;
  readonly connections: number;
  /** From 1 to `count`. */
  readonly number: number;
  readonly count: number;
}

/** Follows a bench. */
export interface Watcher {
  onStep(step: Step): void;
  onProgress(step: Step, progress: LoadProgress): void;
  onRun(step: Step, run: Run): void;
  /** A candidate failed, and is left out from now on. */
  onFailure(name: string, reason: string): void;
}

/** The runs of a candidate with one load. */
interface Trial {
  readonly candidate: Candidate;
  readonly plan: LoadPlan;
  readonly runs: Run[];
}

/** Measures every candidate with every load, run by run in turn. */
export class Trials {
  readonly all: readonly Trial[];
  /** The requests per second that the load generator can send, by the number of connections. */
  readonly ceilings = new Map<number, number>();
  /** Why candidates failed, by their names. */
  readonly failures = new Map<string, string>();
  readonly #plans: readonly LoadPlan[];
  #number = 0;

  constructor(candidates: readonly Candidate[], plans: readonly LoadPlan[]) {
    this.#plans = plans;
    this.all = plans.flatMap((plan) =>
      candidates.map((candidate) => ({ candidate, plan, runs: [] }))
    );
  }

  /**
   * Fills {@linkcode all}, {@linkcode ceilings} and {@linkcode failures}.
   *
   * @param rounds The number of runs of each candidate with each load.
   * @throws The reason of the signal.
   */
  async run(rounds: number, watcher: Watcher, signal: AbortSignal): Promise<void> {
    const count = this.#plans.length + this.all.length * rounds;
    for (const plan of this.#plans) {
      const step = this.#step("the load generator itself", plan, count);
      watcher.onStep(step);
      const onProgress = (progress: LoadProgress) => watcher.onProgress(step, progress);
      this.ceilings.set(plan.connections, await measureCeiling(plan, onProgress, signal));
    }
    for (let round = 0; round < rounds; round++) {
      for (const trial of this.all) {
        const step = this.#step(trial.candidate.subject.name, trial.plan, count);
        if (!this.failures.has(step.name)) await this.#measure(trial, step, watcher, signal);
      }
    }
  }

  async #measure(
    { candidate, plan, runs }: Trial,
    step: Step,
    watcher: Watcher,
    signal: AbortSignal,
  ): Promise<void> {
    watcher.onStep(step);
    const onProgress = (progress: LoadProgress) => watcher.onProgress(step, progress);
    const ceiling = this.ceilings.get(plan.connections) ?? Infinity;
    try {
      const run = await measure(candidate, plan, ceiling, onProgress, signal);
      runs.push(run);
      watcher.onRun(step, run);
    } catch (error) {
      if (!(error instanceof ExitError)) throw error;
      this.failures.set(step.name, error.message);
      watcher.onFailure(step.name, error.message);
    }
  }

  #step(name: string, { connections }: LoadPlan, count: number): Step {
    return { name, connections, number: ++this.#number, count };
  }
}
