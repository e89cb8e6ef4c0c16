import { firstLine } from "../../base/system_errors.ts";
import { later } from "../../base/timers.ts";
import type { Backend } from "../backend.ts";
import { areSame, keeping, ordered } from "./found_list.ts";
import type { Source, SourceEvents } from "./source.ts";

/** How often names are resolved again, in milliseconds, whatever their time to live says. */
export interface Interval {
  readonly min: number;
  /** At least `min`. */
  readonly max: number;
}

/** The result of one look. */
export interface Look {
  readonly found: readonly Backend[];
  /** How long that holds, in seconds; 0 to look again as soon as the interval allows. */
  readonly ttl: number;
  /** Why it may be out of date: one line, or null. */
  readonly problem: string | null;
}

/**
 * By how much a pause may be longer than it should be, so that many servers started at once
 * do not ask in step: never shorter, or a cache that expires at the same time would give the old
 * answer again.
 */
const JITTER = 0.1;

/** Looks for backends whenever the time to live of what it found has passed. */
export class Refresher implements Source {
  readonly #what: string;
  readonly #look: (signal: AbortSignal) => Promise<Look>;
  readonly #interval: Interval;
  readonly #events: SourceEvents;
  #last: readonly Backend[] = [];
  #hasProblem = false;
  #stopping: AbortController | null = null;
  #cancel = () => {};

  /**
   * @param what What it looks for, as in "a.test resolves again".
   * @param look Its rejections are problems; then what was found last is kept.
   */
  constructor(
    what: string,
    look: (signal: AbortSignal) => Promise<Look>,
    interval: Interval,
    events: SourceEvents,
  ) {
    this.#what = what;
    this.#look = look;
    this.#interval = interval;
    this.#events = events;
  }

  start(): void {
    if (this.#stopping !== null) return;
    this.#stopping = new AbortController();
    this.#begin(this.#stopping.signal);
  }

  stop(): void {
    this.#cancel();
    this.#stopping?.abort();
    this.#stopping = null;
  }

  #begin(stopped: AbortSignal): void {
    const failed = (error: unknown): Look => ({
      found: this.#last,
      ttl: 0,
      problem: `Cannot resolve ${this.#what}: ${firstLine(error)}${keeping(this.#last.length)}`,
    });
    void this.#look(stopped).catch(failed).then((look) => {
      if (stopped.aborted) return;
      // First, so that a function that stops this source stops the timer, too.
      this.#cancel = later(this.#pauseAfter(look), () => this.#begin(stopped));
      this.#take(look, stopped);
    });
  }

  #take({ found, problem }: Look, stopped: AbortSignal): void {
    const list = ordered(found);
    if (!areSame(list, this.#last)) {
      this.#last = list;
      this.#events.onChange(list);
    }
    if (stopped.aborted || (problem !== null) === this.#hasProblem) return;
    this.#hasProblem = problem !== null;
    if (problem === null) this.#events.onRecovery(`${this.#what} resolves again`);
    else this.#events.onProblem(problem);
  }

  #pauseAfter({ ttl }: Look): number {
    const { min, max } = this.#interval;
    return Math.max(min, Math.min(ttl * 1000, max)) * (1 + Math.random() * JITTER);
  }
}
