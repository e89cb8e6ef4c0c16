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
  readonly #rounds: number;
  readonly #watcher: Watcher;
  readonly #signal: AbortSignal;
  #number = 0;

  /** @param rounds Runs of each candidate with each load. */
  constructor(
    candidates: readonly Candidate[],
    plans: readonly LoadPlan[],
    rounds: number,
    watcher: Watcher,
    signal: AbortSignal,
  ) {
    this.all = plans.flatMap((plan) =>
      candidates.map((candidate) => ({ candidate, plan, runs: [] }))
    );
    this.#plans = plans;
    this.#rounds = rounds;
    this.#watcher = watcher;
    this.#signal = signal;
  }

  /** @throws The reason of the signal; what was measured by then stays. */
  async run(): Promise<void> {
    for (const plan of this.#plans) await this.#measureCeiling(plan);
    for (let round = 0; round < this.#rounds; round++) {
      for (const trial of this.all) await this.#measure(trial);
    }
  }

  async #measureCeiling(plan: LoadPlan): Promise<void> {
    const step = this.#step("the load generator itself", plan);
    this.#watcher.onStep(step);
    const onProgress = (progress: LoadProgress) => this.#watcher.onProgress(step, progress);
    this.ceilings.set(plan.connections, await measureCeiling(plan, onProgress, this.#signal));
  }

  async #measure({ candidate, plan, runs }: Trial): Promise<void> {
    const step = this.#step(candidate.subject.name, plan);
    if (this.failures.has(step.name)) return;
    this.#watcher.onStep(step);
    const onProgress = (progress: LoadProgress) => this.#watcher.onProgress(step, progress);
    const ceiling = this.ceilings.get(plan.connections) ?? Infinity;
    try {
      const run = await measure(candidate, plan, ceiling, onProgress, this.#signal);
      runs.push(run);
      this.#watcher.onRun(step, run);
    } catch (error) {
      if (!(error instanceof ExitError)) throw error;
      this.failures.set(step.name, error.message);
      this.#watcher.onFailure(step.name, error.message);
    }
  }

  #step(name: string, { connections }: LoadPlan): Step {
    const count = this.#plans.length + this.all.length * this.#rounds;
    return { name, connections, number: ++this.#number, count };
  }
}
