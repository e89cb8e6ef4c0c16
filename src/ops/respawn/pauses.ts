/**
 * How long the second server in a row has to serve until the next one is started at once, in
 * milliseconds; doubles with each further one.
 */
const FIRST = 100;
/** The longest time. */
const LONGEST = 5000;
/** After so long a service, all earlier deaths are forgotten. */
const FORGOTTEN = 60_000;

/**
 * How long to wait before a server that has died is started again: not at all, unless one
 * after the other dies soon. This limits how often servers are started; the time for which the
 * last one has served counts.
 */
export class Pauses {
  #deaths = 0;

  /**
   * Counts a death.
   *
   * @param served How long that server had accepted connections, in milliseconds.
   * @returns Milliseconds.
   */
  died(served: number): number {
    if (served >= FORGOTTEN) this.#deaths = 0;
    this.#deaths++;
    if (this.#deaths === 1) return 0;
    const wanted = Math.min(LONGEST, FIRST * 2 ** (this.#deaths - 2));
    return Math.max(0, Math.round(wanted - served));
  }
}
