import { every } from "../base/timers.ts";
import type { Flow } from "./flow.ts";
import type { ServingLanes } from "./serving_lanes.ts";

/** Milliseconds between two looks. */
const STEP = 5;
/** A client that has waited longer than this has waited too long, in milliseconds. */
const PATIENCE = 9;
/** How long it takes to tell threads that are held from those that lack a processor, in milliseconds. */
const DOUBT = 50;

/** Options of {@linkcode Demand}. */
export interface DemandOptions {
  readonly lanes: ServingLanes;
  /** Observes the clients. */
  readonly look: () => Flow;
  /** How long threads have waited for a processor, in milliseconds; null if unknown. */
  readonly processorWait: () => number | null;
  /** Starts missing lanes, at most so many at a time. */
  readonly fill: (atOnce: number) => void;
  /** Lets lanes report again that few of them are idle, or not, while that is known. */
  readonly setWatched: (isWatched: boolean) => void;
}

/**
 * Watches the clients that wait for a lane while few lanes are idle. Lanes start for
 * those that have waited for some milliseconds, and not before: most lanes have room
 * again sooner than another one starts, and a new one has its code still to compile.
 */
export class Demand {
  /** How many lanes start at a time: one that has a processor is ready before two that share it. */
  atOnce = 1;
  readonly #options: DemandOptions;
  /** What it saw lately, oldest first. */
  #looks: Flow[] = [];
  /** When a connection ended last, or the looks began. */
  #moved = 0;
  /** When lanes that are slow became more. */
  #grown = -Infinity;
  readonly #processors: Processors;
  #isStopped = false;
  /** Ends the looks; null while there are none. */
  #end: (() => void) | null = null;

  constructor(options: DemandOptions) {
    this.#options = options;
    this.#processors = new Processors(options.processorWait);
  }

  /** Begins to watch if few lanes are idle. */
  check(): void {
    const { lanes, look, setWatched } = this.#options;
    if (this.#end !== null || this.#isStopped) return;
    const { isShort } = lanes;
    setWatched(isShort);
    if (!isShort) return;
    const first = look();
    this.#looks = [first];
    this.#moved = first.time;
    this.#end = every(STEP, () => this.#look());
  }

  /** Watches no more. */
  stop(): void {
    this.#isStopped = true;
    this.#rest();
  }

  #rest(): void {
    this.#end?.();
    this.#end = null;
  }

  #look(): void {
    const { lanes, fill } = this.#options;
    lanes.waiting = this.#needy();
    fill(this.atOnce);
    lanes.waiting = 0;
    if (lanes.isShort) return;
    this.#rest();
    // Lanes have not reported what happened since.
    this.check();
  }

  /** How many clients have waited too long, and would not get a lane sooner if none started. */
  #needy(): number {
    const now = this.#options.look();
    const before = this.#looks.findLast(({ time }) => now.time - time >= PATIENCE);
    const last = this.#looks.at(-1);
    if (last !== undefined && now.ended > last.ended) this.#moved = now.time;
    this.#looks = [...this.#looks.filter(({ time }) => now.time - time < 2 * PATIENCE), now];
    if (now.queued === 0) return 0;
    const isLacking = this.#processors.areLacking(now.time);
    if (before === undefined) return 0;
    const late = this.#stillQueued(before, now);
    // Each lane is held by its client.
    if (now.time - this.#moved >= DOUBT) return Math.max(0, late);
    if (late <= 0 || isLacking === null) return 0;
    if (!isLacking && now.time - this.#moved >= PATIENCE) return late;
    // A thread more would wait for a processor, as some already do.
    if (isLacking || now.time - this.#grown < DOUBT) return 0;
    this.#grown = now.time;
    return Math.min(late, Math.ceil(this.#options.lanes.all.length / 2));
  }

  /**
   * How many clients have waited all the time between two looks: the queue is served in
   * order. If the system does not tell its length, clients are taken to wait while all
   * lanes are busy.
   */
  #stillQueued(before: Flow, now: Flow): number {
    const { all, starting } = this.#options.lanes;
    if (before.queued === null || now.queued === null) {
      const isFull = starting.length === 0 && this.#looks.every(({ idle }) => idle === 0);
      return isFull ? Math.ceil(all.length / 2) : 0;
    }
    return Math.min(now.queued, before.queued - (now.taken - before.taken));
  }
}

/** Whether the threads lack processors. Asking takes a while, so the answer is kept for some time. */
class Processors {
  readonly #processorWait: () => number | null;
  /** When it asked last, and what the answer was. */
  #asked = -Infinity;
  #wait = 0;
  #areLacking: boolean | null = null;

  constructor(processorWait: () => number | null) {
    this.#processorWait = processorWait;
  }

  /**
   * Whether at least one thread has waited for a processor at any time lately; false if the
   * system does not tell, null if there is no answer yet.
   */
  areLacking(now: number): boolean | null {
    const age = now - this.#asked;
    if (age < (this.#areLacking === null ? STEP - 1 : DOUBT)) return this.#areLacking;
    const wait = this.#processorWait();
    if (wait === null) return false;
    // Over a long time, it would not say what is the case now.
    this.#areLacking = age < 2 * DOUBT ? wait - this.#wait >= age : null;
    this.#asked = now;
    this.#wait = wait;
    return this.#areLacking;
  }
}
