import type { LanePool } from "./lane_pool.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/**
 * Knows the order in which lanes with listening sockets of their own have bound them,
 * from a moment at which no new ones have started yet: the kernel numbers the sockets
 * like this.
 */
export class SocketOrder {
  readonly #pool: LanePool;
  readonly #before: readonly SupervisedLane[];
  readonly #listening: readonly SupervisedLane[];
  readonly #launched: number;

  constructor(pool: LanePool) {
    this.#pool = pool;
    this.#before = pool.lanes.filter((lane) => lane.isServing);
    this.#listening = this.#before.filter(({ state }) => state === "ready");
    this.#launched = pool.launched;
  }

  /**
   * The number of the first socket of new lanes; null if it is unknown, because another
   * lane has joined or left since.
   *
   * @param fresh The new lanes, all of which have been ready.
   */
  firstOf(fresh: readonly SupervisedLane[]): number | null {
    const mayHaveJoined = this.#before.length > this.#listening.length ||
      this.#pool.launched - this.#launched !== fresh.length;
    const haveAllStayed = [...this.#listening, ...fresh].every(({ state }) => state === "ready");
    return mayHaveJoined || !haveAllStayed ? null : this.#listening.length;
  }
}
