import type { AddressCounts } from "./address_counts.ts";
import type { RefusalReason } from "./event.ts";

/** Limits on open connections. */
export interface ResourceLimits {
  /** Connections of this lane at one time. */
  readonly maxConnections: number;
  /** Connections of all lanes of the process at one time. */
  readonly totalConnections: number;
  /** Connections of one client address at one time, in all lanes; 0 is no limit. */
  readonly maxConnectionsPerIp: number;
}

/** The open connections of all lanes of a process. */
export interface SharedCount {
  readonly total: number;
  /** @returns The total before. */
  addTotal(difference: number): number;
  /** How often connections were released so far; for {@linkcode released}. */
  readonly releases: number;
  /** Resolves when one was released since `releases` was read, or after `timeout` milliseconds. */
  released(releases: number, timeout: number): Promise<void>;
}

/** The open connections of one lane, visible to other threads. */
export interface LaneCount {
  /**
   * Counts connections that the lane has opened, or closed.
   *
   * @returns false, counting nothing, once the lane was written off and its connections
   * have been released.
   */
  addOpen(difference: number): boolean;
}

/** Where a lane counts its connections. */
export interface ResourceCounts {
  readonly shared: SharedCount;
  readonly lane: LaneCount;
  /** null if client addresses are not limited. */
  readonly addresses: AddressCounts | null;
}

/** The longest wait for another thread to announce room before checking again, in milliseconds. */
const LONGEST_WAIT = 1000;

/** The right to serve one connection; released exactly once. */
export class Lease {
  // A field rather than a closure: there is one for each open connection.
  #manager: Returns | null;
  #peer: string | null;

  constructor(manager: Returns, peer: string | null) {
    this.#manager = manager;
    this.#peer = peer;
  }

  /**
   * Counts a connection whose lease was requested for no address under its client's.
   *
   * @param peer As for {@linkcode ResourceManager.allocate}.
   * @returns false, counting nothing, if that has its most connections.
   */
  identify(peer: string | null): boolean {
    if (peer === null) return true;
    if (this.#manager?.takeAddress(peer) !== true) return false;
    this.#peer = peer;
    return true;
  }

  /** @throws {Error} If it is already released, which is a bug in the caller. */
  release(): void {
    if (this.#manager === null) throw new Error("Cannot release a lease: already released");
    this.#manager.takeBack(this.#peer);
    this.#manager = null;
  }
}

/** What a lease needs of its manager. */
interface Returns {
  takeAddress(peer: string): boolean;
  takeBack(peer: string | null): void;
}

/** Why there is no lease. */
export class Refusal {
  constructor(readonly reason: RefusalReason) {}
}

/** Decides whether a lane may serve a connection, by its own limit and those over all lanes. */
export class ResourceManager {
  readonly #limits: ResourceLimits;
  readonly #shared: SharedCount;
  readonly #lane: LaneCount;
  readonly #addresses: AddressCounts | null;
  #open = 0;
  #isDraining = false;
  /** Wake the waits for a lease of this lane. */
  readonly #waiting = new Set<() => void>();

  constructor(limits: ResourceLimits, { shared, lane, addresses }: ResourceCounts) {
    this.#limits = limits;
    this.#shared = shared;
    this.#lane = lane;
    this.#addresses = addresses;
  }

  /** Leases held. */
  get open(): number {
    return this.#open;
  }

  /** Whether this lane, and all lanes together, have room for one more connection. */
  get hasRoom(): boolean {
    return this.#open < this.#limits.maxConnections && !this.isFull;
  }

  /** Whether all lanes together are at their limit, so that clients may be waiting. */
  get isFull(): boolean {
    return this.#shared.total >= this.#limits.totalConnections;
  }

  /** Whether this lane is full while others may have room: they serve the next client, or refuse it. */
  get leavesToOthers(): boolean {
    const { maxConnections, totalConnections } = this.#limits;
    return this.#open >= maxConnections && maxConnections < totalConnections;
  }

  /**
   * Requests a lease to serve a peer.
   *
   * @param peer The peer's address as in {@linkcode addressKey}; null where
   * addresses mean nothing, as with Unix sockets, or are not known yet.
   */
  allocate(peer: string | null): Lease | Refusal {
    const reason = this.#take(peer);
    return reason === null ? new Lease(this, peer) : new Refusal(reason);
  }

  /** For {@linkcode Lease.identify} alone. */
  takeAddress(peer: string): boolean {
    if (this.#addresses?.take(peer, this.#limits.maxConnectionsPerIp) === false) return false;
    // A lane that was written off has no connections to count.
    if (this.#lane.addOpen(0)) return true;
    this.#addresses?.release(peer);
    return false;
  }

  /** For {@linkcode Lease.release} alone. */
  takeBack(peer: string | null): void {
    this.#open--;
    // The connections of a lane that was written off are already released.
    if (this.#lane.addOpen(-1)) {
      this.#shared.addTotal(-1);
      if (peer !== null) this.#addresses?.release(peer);
    }
    this.#wake();
  }

  /** Resolves when a lease of this lane is released, or the manager drains. */
  leaseReturned(): Promise<void> {
    return this.#wait(null);
  }

  /** Resolves when there is room, or the manager drains. */
  async room(): Promise<void> {
    while (!this.#isDraining) {
      // Read before checking: a release after that resolves `released` at once.
      const { releases } = this.#shared;
      if (this.hasRoom) return;
      const isLaneFull = this.#open >= this.#limits.maxConnections;
      await this.#wait(isLaneFull ? null : this.#shared.released(releases, LONGEST_WAIT));
    }
  }

  /** Refuses every client from now on and ends all waits for room. */
  drain(): void {
    this.#isDraining = true;
    this.#wake();
  }

  /** Takes a place for a connection; returns the reason if there is none. */
  #take(peer: string | null): RefusalReason | null {
    const { maxConnections, totalConnections, maxConnectionsPerIp } = this.#limits;
    if (this.#isDraining) return "draining";
    // A lane that leaves clients to others still serves one that it has accepted.
    if (this.#open >= maxConnections && !this.leavesToOthers) return "total";
    if (this.#shared.addTotal(1) >= totalConnections) {
      this.#shared.addTotal(-1);
      return "total";
    }
    if (peer !== null && this.#addresses?.take(peer, maxConnectionsPerIp) === false) {
      this.#shared.addTotal(-1);
      return "address";
    }
    if (!this.#lane.addOpen(1)) {
      this.#shared.addTotal(-1);
      if (peer !== null) this.#addresses?.release(peer);
      return "draining";
    }
    this.#open++;
    return null;
  }

  /**
   * Resolves when a lease of this lane is released, or with `other`. Not
   * Promise.race: a promise that outlives the races would collect reactions from
   * each one.
   */
  #wait(other: Promise<void> | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = () => {
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      other?.then(wake, reject);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}

/** The address that limits apply to: an IPv4 client's is the same on a dual-stack socket. Null if none. */
export function addressKey(addr: Deno.Addr): string | null {
  if (addr.transport !== "tcp" && addr.transport !== "udp") return null;
  return addr.hostname.startsWith("::ffff:") ? addr.hostname.slice(7) : addr.hostname;
}
