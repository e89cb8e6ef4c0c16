/** What the parts of a run share. */
import type { ChaosOptions } from "./options.ts";
import { Excuses, type Trouble } from "./excuses.ts";
import { Figures } from "./figures.ts";
import { Ledger } from "./ledger.ts";
import { Timeline } from "./timeline.ts";
import { Violations } from "./violations.ts";

/** The state of a run, apart from the server. */
export class World {
  readonly options: ChaosOptions;
  readonly timeline: Timeline;
  readonly violations: Violations;
  readonly excuses = new Excuses();
  readonly figures = new Figures();
  readonly ledger = new Ledger();
  /** How much slower this machine is than one that nobody else uses; at least 1. */
  slowness = 1;
  /** The port of the server. */
  port = 0;
  #troubles: Trouble[] = [];

  constructor(options: ChaosOptions) {
    this.options = options;
    this.timeline = new Timeline(options.isVerbose ? tell : () => {});
    this.violations = new Violations(this.timeline, tell);
  }

  /** Whether all connections live on the main thread. */
  get isOnMainThread(): boolean {
    return this.options.mode === "single" || this.options.mode === "async";
  }

  /** Whether a disturbance, a way to leave or a check of the start is part of this run. */
  includes(name: string): boolean {
    const { only, without } = this.options;
    return (only.length === 0 || only.includes(name)) && !without.includes(name);
  }

  /** Keeps a trouble until all reasons for it are known. */
  keepTrouble(trouble: Trouble): void {
    this.#troubles.push(trouble);
  }

  /** Judges the troubles since the last time. */
  judgeTroubles(): void {
    const troubles = this.#troubles;
    this.#troubles = [];
    for (const trouble of troubles) {
      const reason = this.excuses.troubles.reasonFor(trouble, trouble.begun, trouble.ended);
      if (reason !== null) this.figures.add(`excused ${reason}`);
      else this.#condemn(trouble);
    }
  }

  #condemn(trouble: Trouble): void {
    const { kind, text, lane, isCrossing, begun, ended } = trouble;
    const took = `${((ended - begun) / 1000).toFixed(2)} s after it began`;
    const ago = `${((performance.now() - ended) / 1000).toFixed(2)} s ago`;
    const where = lane === null ? "an unknown lane" : `lane ${lane}`;
    this.violations.add(
      isCrossing ? "kept-connection" : "client",
      `${kind}: ${text}, on ${where}, ${took}, ${ago}`,
    );
  }
}

function tell(line: string): void {
  // deno-lint-ignore no-console
  console.log(line);
}
