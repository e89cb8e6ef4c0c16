/** What to tell about changes of a state, so that one that flaps does not fill the log. */

/** When a state flaps. */
export interface FlapLimits {
  /** So many changes within the window are told one by one. */
  readonly changes: number;
  /** In milliseconds. The state is quiet again after a window without changes. */
  readonly window: number;
}

/** More than three changes up and down within five minutes are folded. */
export const FLAP_LIMITS: FlapLimits = { changes: 6, window: 300_000 };

/** How often a state that flaps is told, in milliseconds. */
const TELL_INTERVAL = 60_000;

/** What to tell of a change: itself, that there were many within the window, or nothing. */
export type ChangeReport =
  | { readonly kind: "changed" }
  | { readonly kind: "flapping"; readonly changes: number; readonly window: number }
  | null;

/** Follows the changes of one state. Times in milliseconds by any one clock. */
export class FlapFold {
  readonly #limits: FlapLimits;
  /** When the changes within the window were. */
  #changes: number[] = [];
  /** When it was last told that the state flaps; null if it does not. */
  #told: number | null = null;

  constructor(limits: FlapLimits) {
    this.#limits = limits;
  }

  /** Counts a change. */
  change(now: number): ChangeReport {
    const { changes, window } = this.#limits;
    this.#changes = this.#changes.filter((time) => now - time < window);
    this.#changes.push(now);
    if (this.#told === null && this.#changes.length <= changes) return { kind: "changed" };
    if (this.#told !== null && now - this.#told < TELL_INTERVAL) return null;
    this.#told = now;
    return { kind: "flapping", changes: this.#changes.length, window };
  }

  /**
   * To be called now and then.
   *
   * @returns Whether a state that flapped is now quiet: true once, and then it is to be told
   * what the state is, since its last changes may not have been.
   */
  settle(now: number): boolean {
    const last = this.#changes.at(-1);
    if (this.#told === null || last === undefined || now - last < this.#limits.window) return false;
    this.#told = null;
    this.#changes = [];
    return true;
  }
}
