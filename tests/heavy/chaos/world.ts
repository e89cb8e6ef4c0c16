/** What the parts of a run share. */
import type { ChaosOptions } from "./options.ts";
import { Excuses, type Trouble } from "./invariants/excuses.ts";
import { Figures } from "./figures.ts";
import { Ledger } from "./ledger.ts";
import { formatTime, Timeline } from "./timeline.ts";
import { Violations } from "./invariants/violations.ts";

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
  /** How many descriptors the runtime loses with each thread that ends. */
  lostPerThread = 0;
  /** The port of the server. */
  port = 0;
  #troubles: Trouble[] = [];
  readonly #visitors = new Map<number, string>();

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

  /** Keeps a line of the server for those who look for a cause. */
  keepLine(line: string): void {
    if (this.options.log === null) return;
    const text = `${formatTime(this.timeline.now)}  ${line}\n`;
    Deno.writeTextFileSync(this.options.log, text, { append: true });
  }

  /** Remembers who uses a port. */
  cameFrom(port: number, who: string): void {
    this.#visitors.set(port, `${who} since ${formatTime(this.timeline.now).trim()}`);
  }

  /** Who has used a port last. */
  visitorOf(port: number): string {
    return this.#visitors.get(port) ?? "unknown";
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
    const where = lane === null ? "an unknown lane" : `lane ${lane}`;
    this.violations.add(
      isCrossing ? "kept-connection" : "client",
      `${kind}: ${text}, on ${where}, ${took}`,
      this.timeline.at(ended),
    );
  }
}

function tell(line: string): void {
  // deno-lint-ignore no-console
  console.log(line);
}
