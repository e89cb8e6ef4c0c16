import type { Row } from "../lane/row.ts";

/** How long a lane has been starting, without the time in which the whole process was stopped. */
export class StartTime {
  /** In milliseconds. */
  #spent = 0;
  #checked = performance.now();

  /**
   * Whether the time to start is over.
   *
   * @param limit Milliseconds; 0 is no limit.
   * @param longestGap The longest time between two calls that counts, in milliseconds.
   */
  isOver(limit: number, longestGap: number, now: number): boolean {
    this.#spent += Math.min(now - this.#checked, longestGap);
    this.#checked = now;
    return limit > 0 && this.#spent >= limit;
  }
}

/** How long a lane has served the same connection, as far as periodic checks can tell. */
export class ServiceTime {
  #since = performance.now();
  #lastAccepted = 0;

  /** @returns Milliseconds. */
  check(row: Row): number {
    const accepted = row.get("accepted");
    if (accepted !== this.#lastAccepted || row.open === 0) this.#since = performance.now();
    this.#lastAccepted = accepted;
    return performance.now() - this.#since;
  }
}

/** How long a lane has had no connection, as far as periodic checks can tell. */
export class IdleTime {
  #lastUse = performance.now();
  #lastAccepted = 0;

  /** @returns Milliseconds. */
  check(row: Row): number {
    const accepted = row.get("accepted");
    if (accepted !== this.#lastAccepted || row.open > 0) this.#lastUse = performance.now();
    this.#lastAccepted = accepted;
    return performance.now() - this.#lastUse;
  }
}
