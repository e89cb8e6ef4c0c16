import { delay } from "@std/async/delay";
import type { Logger } from "../log/logger.ts";
import { handOver, type Successors } from "./handover.ts";
import type { SupervisionSettings } from "./settings.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** How long connects in flight to an old socket may take to arrive, in milliseconds. */
const SETTLE = 200;

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
   * @param listening How many lanes were listening before the new ones started.
   * @throws {Error} If the new ones die early; then old lanes that are full keep serving.
   */
  async replace(
    old: readonly SupervisedLane[],
    fresh: readonly SupervisedLane[],
    listening: number,
    settings: SupervisionSettings,
  ): Promise<void> {
    const [first] = fresh;
    const retire = () => this.#retireAll(old, settings);
    const hasOwnSocket = first?.generation.plan.sharing === "reusePort";
    if (first === undefined || old.length === 0 || !hasOwnSocket) return void await retire();
    const setFilter = (count: number) =>
      first.handle.setReuseportFilter({ first: listening, count });
    if (!await setFilter(fresh.length)) {
      await retire();
      return this.#warn();
    }
    await delay(SETTLE);
    // When a socket closes, the last of the group takes its index: the first new one keeps its own longest.
    await setFilter(1);
    try {
      await retire();
    } finally {
      // Every lane removes the filter, in case one has just died.
      await Promise.all(fresh.map((lane) => lane.handle.setReuseportFilter(null)));
    }
  }

  #warn(): void {
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
   */
  async #retireAll(
    lanes: readonly SupervisedLane[],
    settings: SupervisionSettings,
  ): Promise<void> {
    const full = lanes.filter((lane) => !lane.hasRoom);
    // These would take the clients that others have sent away.
    await Promise.all(lanes.filter((lane) => lane.hasRoom).map((lane) => lane.retire(settings)));
    await handOver(full, this.#successors, settings);
  }
}
