import { formatAddress } from "../../base/address.ts";
import { clock } from "../../base/clock.ts";
import { FairTimer } from "../../base/fair_timer.ts";
import { Checked, type HealthCallbacks } from "./checked.ts";
import { type CheckResult, failed } from "./result.ts";
import { runCheck } from "./run_check.ts";
import { Schedule } from "./schedule.ts";
import { checkedAddress, type CheckedTarget, isChecked, type Target, targetKey } from "./target.ts";
import { type Health, unchecked, type Verdict } from "./verdict.ts";

/** How far apart the first checks are at most, in milliseconds: a few targets are soon checked. */
const FIRST_SPACING = 20;
/** The most checks that begin in one turn of the timer: more would block the event loop. */
const MOST_STARTS = 50;
/** The most checks that run at a time by default; each takes a descriptor. */
const MAX_RUNNING = 1000;

/** Options of a {@linkcode Checker}. */
export interface CheckerOptions extends HealthCallbacks {
  /** The most checks that run at a time; others wait, those due first before the others. */
  readonly maxRunning?: number;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
}

/** What is known of a target. */
export interface TargetStatus {
  readonly target: Target;
  readonly verdict: Verdict;
  /** The result of the last check; null before the first one. */
  readonly last: CheckResult | null;
  /** How many results up to it were of the same kind. */
  readonly streak: number;
  /** How long the last check took, in milliseconds; null before the first one. */
  readonly duration: number | null;
}

/**
 * Checks the health of many targets, each at its interval, and says what has changed. One timer
 * serves all of them. While something blocks the event loop, the time for answers stands still.
 */
export class Checker {
  readonly #options: CheckerOptions;
  readonly #maxRunning: number;
  readonly #random: () => number;
  /** By {@linkcode targetKey}. */
  readonly #checked = new Map<string, Checked>();
  readonly #schedule = new Schedule<Checked>();
  readonly #running = new Set<Checked>();
  readonly #timer = new FairTimer((now, heard) => this.#turn(now, heard));
  /** The addresses that were given without a check. */
  #unchecked: ReadonlySet<string> = new Set();
  #hasBegun = false;

  constructor(options: CheckerOptions) {
    this.#options = options;
    this.#maxRunning = options.maxRunning ?? MAX_RUNNING;
    this.#random = options.random ?? Math.random;
  }

  /**
   * Replaces the targets. Those that are known keep their health, whatever else has changed about
   * them; what was known of the others is forgotten. Of targets with the same address and check,
   * the first one counts.
   *
   * A new target begins as its `startState` says if it is among the first ones. One that
   * comes later has to prove itself, or a name that resolves again would make a dead backend an
   * available one: it is down until its first check succeeds, which is soon made. If only the
   * check is new, the verdict on its address stands until the first result.
   */
  update(targets: readonly Target[]): void {
    const now = this.#timer.read();
    const former = this.#byAddress();
    const wanted = new Map<string, CheckedTarget>();
    for (const target of targets) {
      const key = targetKey(target);
      if (isChecked(target) && !wanted.has(key)) wanted.set(key, target);
    }
    for (const [key, checked] of this.#checked) {
      if (!wanted.has(key)) this.#drop(key, checked);
    }
    const added = wanted.size - this.#checked.size;
    let place = 0;
    for (const [key, target] of wanted) {
      const known = this.#checked.get(key);
      if (known !== undefined) {
        known.retarget(target);
        continue;
      }
      const due = now + place++ * Math.min(FIRST_SPACING, target.health.interval / added);
      this.#checked.set(key, new Checked(target, this.#firstHealth(target, former), due));
    }
    this.#unchecked = new Set(targets.filter((target) => !isChecked(target)).map(addressOf));
    this.#hasBegun ||= targets.length > 0;
    this.#reschedule();
  }

  /** The verdict on a target; null if it is not checked. */
  verdictOf(target: Target): Verdict | null {
    return this.#checked.get(targetKey(target))?.health.verdict ?? null;
  }

  /** What is known of each target. */
  snapshot(): readonly TargetStatus[] {
    return [...this.#checked.values()].map(({ target, health, duration }) => ({
      target,
      ...health,
      duration,
    }));
  }

  /** Cancels all checks and forgets all targets. */
  stop(): void {
    this.update([]);
  }

  /** The health of a target that is not known. */
  #firstHealth(target: CheckedTarget, former: ReadonlyMap<string, Checked>): Health {
    const address = addressOf(target);
    const checked = former.get(address);
    if (checked !== undefined) return { ...checked.health, last: null, streak: 0 };
    const isNew = !this.#unchecked.has(address);
    const state = !isNew ? "up" : this.#hasBegun ? "down" : target.health.startState;
    return unchecked(state, state === "up" ? null : "not checked yet", clock());
  }

  #byAddress(): ReadonlyMap<string, Checked> {
    return new Map([...this.#checked.values()].map((one) => [addressOf(one.target), one]));
  }

  #drop(key: string, checked: Checked): void {
    checked.attempt?.cancel();
    checked.attempt = null;
    this.#running.delete(checked);
    this.#checked.delete(key);
  }

  #reschedule(): void {
    this.#schedule.clear();
    this.#timer.stop();
    for (const checked of this.#checked.values()) {
      if (checked.attempt === null) this.#schedule.put(checked, checked.due);
    }
    this.#setTimer();
  }

  #turn(now: number, heard: number): void {
    for (const checked of this.#running) {
      if (checked.deadline <= heard) this.#expire(checked);
    }
    for (let starts = 0; starts < MOST_STARTS && this.#running.size < this.#maxRunning; starts++) {
      const checked = this.#schedule.take(now);
      if (checked === null) break;
      this.#start(checked, now);
    }
    this.#setTimer();
  }

  #setTimer(): void {
    let next = this.#running.size < this.#maxRunning ? this.#schedule.next : Infinity;
    for (const checked of this.#running) next = Math.min(next, checked.deadline);
    this.#timer.set(next);
  }

  #start(checked: Checked, now: number): void {
    const { target } = checked;
    const attempt = checked.begin(now);
    this.#running.add(checked);
    void runCheck(checkedAddress(target), target.health.check, attempt).then((result) => {
      // Otherwise it took too long, or the target is gone.
      if (checked.attempt === attempt) this.#end(checked, result);
    });
  }

  #expire(checked: Checked): void {
    const { attempt, target: { health: { timeout } } } = checked;
    attempt?.cancel();
    this.#end(checked, failed(`no answer within ${timeout} ms: waited for ${attempt?.awaited}`));
  }

  #end(checked: Checked, result: CheckResult | null): void {
    checked.end(this.#random());
    this.#running.delete(checked);
    this.#schedule.put(checked, checked.due);
    this.#timer.set(this.#schedule.next);
    if (result !== null) checked.take(result, this.#options);
  }
}

function addressOf({ address }: Target): string {
  return formatAddress(address);
}
