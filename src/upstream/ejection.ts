import type { Board } from "./board.ts";
import type { BoardRow } from "./board_row.ts";

/** The longest ejection, in milliseconds, unless the first one is to be longer. */
const LONGEST = 300_000;
/** The largest part of a group that may be ejected at a time. */
const MOST = 0.5;

/** Options of {@linkcode Ejection}. */
export interface EjectionOptions {
  /** Failures in a row after which a backend is ejected; 0 for never. */
  readonly failLimit: number;
  /** How long the first ejection lasts, in milliseconds. */
  readonly ejectTime: number;
}

/** What follows from a failure that reached the limit. */
export type EjectionVerdict =
  /** No lane uses the backend for so many milliseconds. */
  | { readonly kind: "ejected"; readonly milliseconds: number; readonly failures: number }
  /** It is used in spite of its failures: too much of its group would be ejected. */
  | { readonly kind: "spared"; readonly failures: number };

/**
 * Judges backends by how connections to them end. A backend that fails several times in a row
 * is ejected for a while: each time for twice as long as the last, and for half as long if it
 * has held for that time since. All threads judge together, by what the board counts.
 */
export class Ejection {
  readonly #board: Board;
  readonly #options: EjectionOptions;

  constructor(board: Board, options: EjectionOptions) {
    this.#board = board;
    this.#options = options;
  }

  /** Ends the failures in a row of a backend. */
  succeeded(row: BoardRow): void {
    row.clearFailures();
  }

  /**
   * Counts a failure, and ejects the backend if it is one too many.
   *
   * @param group All backends of the group.
   * @param now By `clock()`.
   * @returns null in most cases: a backend that is spared is told of once until it succeeds.
   */
  failed(row: BoardRow, group: readonly BoardRow[], now: number): EjectionVerdict | null {
    const { failLimit } = this.#options;
    const failures = row.countFailure();
    // No two threads get the same number, so one of them acts. It may be refused, hence again
    // after as many failures.
    if (failLimit === 0 || failures % failLimit !== 0) return null;
    const tick = this.#board.tickOf(now);
    if (row.isEjected(tick)) return null;
    const milliseconds = this.#eject(row, group, now);
    if (milliseconds === null) return null;
    if (milliseconds > 0) return { kind: "ejected", milliseconds, failures };
    return row.spare() ? { kind: "spared", failures } : null;
  }

  /** @returns For how long; 0 if the backend is spared; null if another thread has just ejected it. */
  #eject(row: BoardRow, group: readonly BoardRow[], now: number): number | null {
    const before = row.ejectedUntil;
    const ejections = this.#ejectionsInRow(row, now);
    const milliseconds = this.#duration(ejections);
    const until = this.#board.tickOf(now + milliseconds) + 1;
    if (!row.moveEjection(before, until)) return null;
    // Looked at after the change: of two threads that eject at once, at least one sees both.
    if (isTooMuch(group, this.#board.tickOf(now))) {
      row.moveEjection(until, before);
      return 0;
    }
    row.ejections = ejections + 1;
    return milliseconds;
  }

  /** How many ejections still count: one less for each time the backend held for the length of the last. */
  #ejectionsInRow(row: BoardRow, now: number): number {
    const { ejections, ejectedUntil } = row;
    if (ejections === 0) return 0;
    const ticks = this.#board.tickOf(now) - ejectedUntil;
    const length = this.#board.ticksIn(this.#duration(ejections - 1));
    return Math.max(0, ejections - Math.floor(ticks / length));
  }

  #duration(ejections: number): number {
    const { ejectTime } = this.#options;
    return Math.min(ejectTime * 2 ** ejections, Math.max(LONGEST, ejectTime));
  }
}

/** Whether more of a group is ejected than may be, or no backend is left to be used. */
function isTooMuch(group: readonly BoardRow[], tick: number): boolean {
  let [ejected, left] = [0, 0];
  for (const row of group) {
    // Not by `isEjected()`, whose plain load could come before the change.
    if (row.ejectedUntil > tick) ejected++;
    else if (row.state === "up") left++;
  }
  return left === 0 || ejected > group.length * MOST;
}
