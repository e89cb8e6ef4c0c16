/** The invariants, and what violated them. */
import { type Moment, type Timeline } from "../timeline.ts";

/** What must hold, by name. */
export const INVARIANTS = {
  "client": "no well-behaved client sees an error, but where the documentation says so",
  "kept-connection": "no kept connection is closed while a request is on its way",
  "leases": "when all clients are gone, no connection is open",
  "descriptors": "descriptors come back to where they were",
  "lanes": "the lanes of the plan are ready, and no others are left",
  "threads": "threads come back to where they were",
  "processes": "processes come back to where they were",
  "memory": "memory comes back to where it was, within a generous bound",
  "connection-log": "each connection has one record, and ids are unique",
  "access-log": "each answered request has one line in the access log",
  "log-lines": "every line of the logs parses, and none is forged",
  "log-errors": "the log has no error that nothing has caused",
  "stderr": "standard error has nothing but what is expected",
  "status": "the status is readable, and its counts never go backwards",
  "reload": "each reload succeeds or fails, as its code deserves, and in time",
  "alive": "the server serves until it is told to stop",
  "exit": "the server exits within the graceful timeout, with the right code",
  "start": "signals and --start-timeout end a start that does not end by itself",
} as const;

/** The name of an invariant. */
export type Invariant = keyof typeof INVARIANTS;

/** Something that must not happen. */
export interface Violation extends Moment {
  readonly invariant: Invariant;
  /** The disturbances before. */
  readonly before: readonly Moment[];
}

/** How many disturbances are shown with a violation. */
const SHOWN = 4;
/** How many violations of each invariant are told at once; the report counts all. */
const TOLD = 3;

/** The violations of a run. */
export class Violations {
  readonly all: Violation[] = [];
  readonly #timeline: Timeline;
  readonly #tell: (line: string) => void;

  constructor(timeline: Timeline, tell: (line: string) => void) {
    this.#timeline = timeline;
    this.#tell = tell;
  }

  /** @param at When it happened, if it was not just now; milliseconds since the start of the run. */
  add(invariant: Invariant, text: string, at: number = this.#timeline.now): void {
    const violation = { invariant, text, at, before: this.#timeline.before(at, SHOWN) };
    this.all.push(violation);
    if (this.of(invariant).length > TOLD) return;
    describeViolation(violation).forEach(this.#tell);
  }

  of(invariant: Invariant): readonly Violation[] {
    return this.all.filter((one) => one.invariant === invariant);
  }
}

function describeViolation({ invariant, text, at, before }: Violation): string[] {
  const load = Deno.loadavg()[0]?.toFixed(1);
  const time = (at: number) => `${(at / 1000).toFixed(2)} s`;
  return [
    `VIOLATION of ${invariant} at ${time(at)}, load ${load}: ${text}`,
    `  expected: ${INVARIANTS[invariant]}`,
    ...before.map((moment) => `  before, at ${time(moment.at)}: ${moment.text}`),
  ];
}
