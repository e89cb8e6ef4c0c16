import type { SupervisedLane } from "./supervised_lane.ts";

/** Milliseconds without a sign of life after which a process with waiting clients counts as blocked. */
const PATIENCE = 150;
/** The longest time between two looks that counts, in milliseconds: the watching process may have been stopped. */
const LONGEST_GAP = 125;
/** How many looks in a row find waiting clients before one more process accepts them. */
const LOOKS = 2;

/** A process that may be blocked, and those that accept its clients meanwhile. */
export class BlockedLane {
  readonly #lane: SupervisedLane;
  #sign: number;
  #looked = performance.now();
  #silence = 0;
  /** How many looks in a row have found waiting clients since a process was last told to accept them. */
  #looksInVain = LOOKS;
  readonly #relievers = new Set<SupervisedLane>();

  constructor(lane: SupervisedLane) {
    this.#lane = lane;
    this.#sign = this.#signOfLife;
  }

  /** Whether others accept its clients. */
  get isRelieved(): boolean {
    return this.#relievers.size > 0;
  }

  /** Looks whether it has given no sign of life for a while. */
  isSilent(now = performance.now()): boolean {
    const sign = this.#signOfLife;
    const gap = Math.min(now - this.#looked, LONGEST_GAP);
    this.#silence = sign === this.#sign ? this.#silence + gap : 0;
    this.#sign = sign;
    this.#looked = now;
    return this.#silence >= PATIENCE;
  }

  /** Whether one more process has to accept its clients, of which `waiting` are in its queue. */
  needsRelief(waiting: number): boolean {
    this.#looksInVain = waiting === 0 ? 0 : this.#looksInVain + 1;
    return waiting > 0 && (this.#relievers.size === 0 || this.#looksInVain >= LOOKS);
  }

  /** Chooses the process to accept its clients next: the one with the fewest; null if there is none left. */
  choose(lanes: readonly SupervisedLane[]): SupervisedLane | null {
    const free = lanes.filter((lane) =>
      lane !== this.#lane && lane.state === "ready" && lane.hasRoom && !this.#relievers.has(lane)
    );
    return free.toSorted((a, b) => a.row.open - b.row.open)[0] ?? null;
  }

  /** Tells a process to accept its clients; resolves with whether it does. */
  async relieveBy(reliever: SupervisedLane): Promise<boolean> {
    this.#looksInVain = 0;
    this.#relievers.add(reliever);
    const { handle: { pid }, sockets } = this.#lane;
    return await reliever.handle.relieve({ pid, descriptors: sockets });
  }

  /** Leaves its clients to the process itself again or, if that is gone, to all others. */
  endRelief(isGone: boolean): void {
    for (const { handle } of this.#relievers) handle.endRelief(this.#lane.handle.pid, isGone);
    this.#relievers.clear();
  }

  /** A number that grows whenever the lane accepts a client, or its event loop runs. */
  get #signOfLife(): number {
    const { row } = this.#lane;
    return row.get("accepted") + row.get("heartbeat");
  }
}
