import type { Status } from "../status/status.ts";

/** What is kept of earlier readings. */
type Past = Pick<Status, "totals" | "log">;

interface Reading {
  /** In milliseconds, by any one clock. */
  readonly time: number;
  readonly status: Past;
}

/** Milliseconds of which every reading is kept. */
const RECENT = 60_000;
/** The most readings that are kept of what is earlier. */
const EARLIER = 60;

/** The last readings of the status. */
export class Readings {
  #now: Status | null = null;
  /** Oldest first. */
  #readings: Reading[] = [];

  /**
   * Takes a new reading, and forgets those that nobody needs.
   *
   * @param window How far back the readings must reach, in milliseconds.
   */
  add(time: number, status: Status, window: number): void {
    const { totals, log } = status;
    this.#now = status;
    this.#readings.push({ time, status: { totals, log } });
    const step = window / EARLIER;
    let kept = -Infinity;
    this.#readings = this.#readings.filter((one, i) => {
      const isNeeded = (this.#readings[i + 1]?.time ?? Infinity) > time - Math.max(RECENT, window);
      if (!isNeeded || one.time < time - RECENT && one.time < kept + step) return false;
      kept = one.time;
      return true;
    });
  }

  /** The last reading. There must be one. */
  get now(): Status {
    return this.#now as Status;
  }

  /** The newest reading of at least so many milliseconds ago; the first one if none is as old. */
  ago(milliseconds: number): Past {
    const time = (this.#readings.at(-1) as Reading).time - milliseconds;
    const found = this.#readings.findLast((one) => one.time <= time) ?? this.#readings[0];
    return (found as Reading).status;
  }

  /** Whether the readings reach back so many milliseconds. */
  reach(milliseconds: number): boolean {
    const [first] = this.#readings;
    const last = this.#readings.at(-1);
    return first !== undefined && last !== undefined && last.time - first.time >= milliseconds;
  }
}
