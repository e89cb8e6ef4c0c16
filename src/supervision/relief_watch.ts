import { type Library, openLibrary } from "../base/c_library.ts";
import { every } from "../base/timers.ts";
import { clientsWaiting } from "../core/foreign_sockets.ts";
import type { Logger } from "../log/logger.ts";
import { BlockedLane } from "./blocked_lane.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** Milliseconds between two looks, while any process has clients. */
const STEP = 100;
/** So many looks in a row are denied before the system is taken to deny them all: some deny one at a process that ends. */
const MOST_DENIALS = 3;

/**
 * Lets other processes accept the clients of one that is blocked. Each process has an
 * accept queue of its own, so those in it would have to wait otherwise.
 */
export class ReliefWatch {
  readonly #lanes: () => readonly SupervisedLane[];
  readonly #log: Logger;
  readonly #watched = new Map<SupervisedLane, BlockedLane>();
  #library: Library | null = null;
  /** Ends the frequent looks; null while there are none. */
  #end: (() => void) | null = null;
  /** How many looks in a row the system has denied. */
  #denials = 0;
  /** Whether relief has worked before: then denials are those of processes that end. */
  #hasSucceeded = false;
  /** Whether the system or the runtime lacks what relief needs. */
  #hasGivenUp = false;

  /** @param lanes Returns the live lanes. */
  constructor(lanes: () => readonly SupervisedLane[], log: Logger) {
    this.#lanes = lanes;
    this.#log = log;
  }

  /** Looks for blocked processes, and from now on often while any has clients; called at an interval. */
  check(): void {
    if (this.#hasGivenUp) return;
    this.#look(() => true);
    const hasClients = ({ row }: SupervisedLane) => row.open > 0;
    const isBusy = [...this.#watched.keys()].some(hasClients);
    if (!isBusy || this.#hasGivenUp) this.stop();
    else this.#end ??= every(STEP, () => this.#look(hasClients));
  }

  /** Stops looking. */
  stop(): void {
    this.#end?.();
    this.#end = null;
  }

  /** @param mayBlock Whether a lane may be blocked. */
  #look(mayBlock: (lane: SupervisedLane) => boolean): void {
    const lanes = this.#lanes().filter(({ sockets }) => sockets.length > 0);
    for (const lane of lanes) {
      if (!mayBlock(lane)) continue;
      const blocked = this.#watched.get(lane) ?? this.#watch(lane);
      // Of one that retires, the copy may be the last: clients that are about to connect to it would be reset.
      if (!blocked.isSilent()) blocked.endRelief(lane.state !== "ready");
      else void this.#relieve(lane, blocked, lanes);
    }
  }

  #watch(lane: SupervisedLane): BlockedLane {
    const blocked = new BlockedLane(lane);
    this.#watched.set(lane, blocked);
    // Those that relieve it still accept the clients in its queue.
    void lane.gone.then(() => {
      this.#watched.delete(lane);
      blocked.endRelief(true);
    });
    return blocked;
  }

  async #relieve(
    lane: SupervisedLane,
    blocked: BlockedLane,
    lanes: readonly SupervisedLane[],
  ): Promise<void> {
    this.#library ??= openLibrary();
    if (this.#library === null) return;
    const { handle: { pid }, sockets: descriptors } = lane;
    const waiting = clientsWaiting(this.#library, { pid, descriptors });
    this.#denials = waiting === "denied" ? this.#denials + 1 : 0;
    if (this.#denials >= MOST_DENIALS) this.#giveUp();
    if (typeof waiting === "string" || !blocked.needsRelief(waiting)) return;
    const reliever = blocked.choose(lanes.filter((other) => !this.#watched.get(other)?.isRelieved));
    if (reliever === null) return;
    const isRelieving = await blocked.relieveBy(reliever);
    if (!isRelieving) {
      // Unless either process ends, the other cannot copy or adopt the sockets, and no other can.
      const isAlive = typeof clientsWaiting(this.#library, { pid, descriptors }) === "number";
      if (isAlive && reliever.state === "ready") this.#giveUp();
      return;
    }
    this.#hasSucceeded = true;
    this.#log.debug("Worker blocked: another accepts its clients", {
      "sluice.worker": lane.number,
      "sluice.worker.pid": pid,
      "sluice.worker.relieved_by": reliever.number,
      "sluice.clients.waiting": waiting,
    });
  }

  #giveUp(): void {
    if (this.#hasSucceeded || this.#hasGivenUp) return;
    this.#hasGivenUp = true;
    this.stop();
    this.#log.warn(
      "Clients wait for a blocked worker, since no other can accept them: this needs Linux 5.6, " +
        "Deno 2.7.12, and permission to copy descriptors of other processes (pidfd_getfd)",
    );
  }
}
