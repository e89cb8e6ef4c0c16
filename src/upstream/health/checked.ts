import { clock, now } from "../../base/clock.ts";
import { Attempt } from "./attempt.ts";
import { FLAP_LIMITS, FlapFold } from "./flapping.ts";
import type { CheckResult } from "./result.ts";
import type { CheckedTarget, Target } from "./target.ts";
import { type Health, judge, type Verdict } from "./verdict.ts";

/**
 * The share of the interval by which chance shortens it each time. It never gets longer, so a
 * backend that refuses connections is down within `fall` intervals.
 */
const JITTER = 0.1;

/**
 * What to tell people of a target: each change of its state, or, of one that flaps, only now and
 * then how many there were within `window` milliseconds, and at last that it has settled.
 */
export type Report =
  | { readonly kind: "changed"; readonly verdict: Verdict }
  | {
    readonly kind: "flapping";
    readonly verdict: Verdict;
    readonly changes: number;
    readonly window: number;
  }
  | { readonly kind: "settled"; readonly verdict: Verdict };

/** What is called with verdicts. It must not throw. */
export interface HealthCallbacks {
  /** Called at each change. */
  onVerdict(target: Target, verdict: Verdict): void;
  /** Called when there is something to tell people, after `onVerdict`. */
  onReport(target: Target, report: Report): void;
}

/**
 * A target that is known: its health, and the check that runs. Times of checks are in
 * milliseconds by the clock of a {@linkcode FairTimer}.
 */
export class Checked {
  target: CheckedTarget;
  health: Health;
  /** The check that runs; null between two of them. */
  attempt: Attempt | null = null;
  /** When the last check began. */
  begun = -Infinity;
  /** When the next check is due. */
  due: number;
  /** How long the last check took, in milliseconds; null before. */
  duration: number | null = null;
  readonly #flaps = new FlapFold(FLAP_LIMITS);
  /** When the last check began, by the monotonic clock of the system. */
  #started = 0;

  constructor(target: CheckedTarget, health: Health, due: number) {
    this.target = target;
    this.health = health;
    this.due = due;
  }

  /** When the check that runs has taken too long. */
  get deadline(): number {
    return this.begun + this.target.health.timeout;
  }

  begin(time: number): Attempt {
    this.begun = time;
    this.#started = now();
    return this.attempt = new Attempt(this.target.health.sendProxy);
  }

  /** @param random From 0 to 1. */
  end(random: number): void {
    this.attempt = null;
    this.duration = now() - this.#started;
    this.due = this.begun + this.target.health.interval * (1 - JITTER * random);
  }

  /** Takes the new settings of the same check. */
  retarget(target: CheckedTarget): void {
    this.target = target;
    // Before the first check, it stays due when it is.
    if (this.begun > -Infinity) {
      this.due = Math.min(this.due, this.begun + target.health.interval);
    }
  }

  /** Judges the result of a check, and says what is new. */
  take(result: CheckResult, callbacks: HealthCallbacks): void {
    const { target, health: { verdict: before } } = this;
    const time = clock();
    this.health = judge(this.health, result, target.health, time);
    const { verdict } = this.health;
    if (verdict !== before) {
      const report = this.#flaps.change(time);
      callbacks.onVerdict(target, verdict);
      if (report !== null) callbacks.onReport(target, { ...report, verdict });
    } else if (this.#flaps.settle(time)) {
      callbacks.onReport(target, { kind: "settled", verdict });
    }
  }
}
