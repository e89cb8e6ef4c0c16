import type { AddressCounts } from "./address_counts.ts";
import type { RefusalReason } from "./event.ts";

/** The connections that all lanes of a process have open together. */
export interface Total {
  readonly total: number;
  /** @returns The total before. */
  addTotal(difference: number): number;
  /** How often connections were given back; for {@linkcode released}. */
  readonly releases: number;
  /** Resolves when one was given back since `releases` was read, or after `timeout` milliseconds. */
  released(releases: number, timeout: number): Promise<void>;
}

/** The connections that one lane has open. */
export interface OpenCount {
  addOpen(difference: number): void;
  /** Whether the lane is given up as stuck, and what it held is given back already. */
  readonly isWrittenOff: boolean;
}

/** What all lanes of a process may hold together. */
export interface CapacityLimits {
  /** Connections at one time. */
  readonly totalConnections: number;
  /** Connections at one time of one address; 0 is no limit. */
  readonly maxConnectionsPerIp: number;
}

/** The longest wait for another thread's word that there is room, in milliseconds; then it is looked for. */
const LONGEST_WAIT = 1000;

/** One lane's view of what all lanes of its process share: the total, and the counts of addresses. */
export class Capacity {
  readonly #limits: CapacityLimits;
  readonly #scoreboard: Total;
  readonly #row: OpenCount;
  readonly #addresses: AddressCounts | null;

  /** @param addresses null when addresses are not limited. */
  constructor(
    limits: CapacityLimits,
    scoreboard: Total,
    row: OpenCount,
    addresses: AddressCounts | null,
  ) {
    this.#limits = limits;
    this.#scoreboard = scoreboard;
    this.#row = row;
    this.#addresses = addresses;
  }

  /** Whether the total leaves room for one more connection. */
  get hasRoom(): boolean {
    return this.#scoreboard.total < this.#limits.totalConnections;
  }

  /** Takes a place for a connection; the reason when there is none. */
  take(peer: string | null): RefusalReason | null {
    if (this.#scoreboard.addTotal(1) >= this.#limits.totalConnections) {
      this.#scoreboard.addTotal(-1);
      return "total";
    }
    if (peer !== null && this.#addresses !== null) {
      if (!this.#addresses.take(peer, this.#limits.maxConnectionsPerIp)) {
        this.#scoreboard.addTotal(-1);
        return "address";
      }
    }
    this.#row.addOpen(1);
    return null;
  }

  giveBack(peer: string | null): void {
    // A lane that was hung was written off, with all that it held.
    if (this.#row.isWrittenOff) return;
    this.#row.addOpen(-1);
    this.#scoreboard.addTotal(-1);
    if (peer !== null) this.#addresses?.giveBack(peer);
  }

  /** Resolves when there may be room again. */
  async room(): Promise<void> {
    const { releases } = this.#scoreboard;
    if (!this.hasRoom) await this.#scoreboard.released(releases, LONGEST_WAIT);
  }
}
