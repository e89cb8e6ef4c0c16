import { sleep } from "../base/timers.ts";
import { within } from "../base/within.ts";
import type { ReuseportFilter } from "../core/reuseport_filter.ts";
import type { Logger } from "../log/logger.ts";
import { handOver, type Successors } from "./handover.ts";
import type { SupervisionSettings } from "./settings.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** How long connects in flight to an old socket may take to arrive, in milliseconds. */
const SETTLE = 200;
/** How long a lane may take to set the filter, in milliseconds. */
const PATIENCE = 2000;

/** The listening sockets of lanes, in the order of the kernel. */
interface Sockets {
  /** The number of the first socket of new lanes; null if it is unknown. */
  firstOf(fresh: readonly SupervisedLane[]): number | null;
}

/** Retires lanes whose replacements have started. */
export class LaneReplacer {
  readonly #log: Logger;
  readonly #successors: Successors;
  #hasWarned = false;

  /** @param successors All lanes of the serving generation. */
  constructor(log: Logger, successors: Successors) {
    this.#log = log;
    this.#successors = successors;
  }

  /**
   * Retires replaced lanes; resolves when only the new ones accept. If each lane has
   * its own listening socket, a reuseport filter first directs new clients to the
   * new sockets, because closing a socket resets the clients in its accept queue.
   *
   * @param sockets The sockets as they were before the new ones started.
   * @throws {Error} If the new ones die early; then the old ones keep serving, or the
   * full ones of them if others have retired before.
   */
  async replace(
    old: readonly SupervisedLane[],
    fresh: readonly SupervisedLane[],
    sockets: Sockets,
    settings: SupervisionSettings,
  ): Promise<void> {
    const [leader] = fresh;
    const hasOwnSocket = leader?.generation.plan.sharing === "reusePort";
    if (leader === undefined || old.length === 0 || !hasOwnSocket) {
      return await this.#retireAll(old, settings);
    }
    const first = sockets.firstOf(fresh);
    const isSet = first !== null && await setFilter(leader, { first, count: fresh.length });
    if (!isSet) {
      this.#warn(first === null || leader.state !== "ready");
      return await this.#retireAll(old, settings);
    }
    try {
      await sleep(SETTLE);
      // When a socket closes, the last of the group takes its index: the first new one keeps its own longest.
      await setFilter(leader, { first, count: 1 });
      await this.#retireAll(old, settings);
    } finally {
      // Every lane that accepts removes the filter, in case one has just died.
      const accepting = [...fresh, ...old].filter(({ state }) => state === "ready");
      await Promise.all(accepting.map((lane) => setFilter(lane, null)));
    }
  }

  /** @param isDisturbed Whether another lane has joined or left, so that it is not the system that lacks filters. */
  #warn(isDisturbed: boolean): void {
    if (isDisturbed) {
      return this.#log.warn(
        "Clients in the queue of a replaced process may be reset: " +
          "another one has started or ended meanwhile",
      );
    }
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#log.warn(
      "Clients that connect while a process is replaced may be reset: run with all permissions, " +
        "or set net.ipv4.tcp_migrate_req",
    );
  }

  /**
   * Retires lanes. Full ones follow as there is room for their clients, which go on to
   * new lanes.
   *
   * @throws {Error} If successors have died early; none retires if they did so before.
   */
  async #retireAll(
    lanes: readonly SupervisedLane[],
    settings: SupervisionSettings,
  ): Promise<void> {
    const { failure } = this.#successors;
    if (failure !== null) throw failure;
    const full = lanes.filter((lane) => !lane.hasRoom);
    // These would take the clients that others have sent away.
    await Promise.all(lanes.filter((lane) => lane.hasRoom).map((lane) => lane.retire(settings)));
    await handOver(full, this.#successors, settings);
  }
}

/** Asks a lane to set the filter; false if it does not reply, because it hangs. */
async function setFilter(lane: SupervisedLane, filter: ReuseportFilter | null): Promise<boolean> {
  const late = () => new Error("it did not reply");
  return await within(PATIENCE, lane.handle.setReuseportFilter(filter), late).catch(() => false);
}
