import type { AddressCounts } from "./address_counts.ts";
import type { RefusalReason } from "./event.ts";

/** What connections are held to. */
export interface ResourceLimits {
  /** Connections of this lane at one time. */
  readonly maxConnections: number;
  /** Connections of all lanes of the process at one time. */
  readonly totalConnections: number;
  /** Connections of one client address at one time, in all lanes; 0 is no limit. */
  readonly maxConnectionsPerIp: number;
}

/** What the lanes of a process share: the count of their open connections. */
export interface SharedCount {
  readonly total: number;
  /** @returns The total before. */
  addTotal(difference: number): number;
  /** How many connections were given back so far; for {@linkcode released}. */
  readonly releases: number;
  /** Resolves when one was given back since `releases` was read, or after `timeout` milliseconds. */
  released(releases: number, timeout: number): Promise<void>;
}

/** What others see of one lane: the count of its open connections. */
export interface LaneCount {
  addOpen(difference: number): void;
  /** Whether the lane was given up as hung, and the connections it had were given back for it. */
  readonly isWrittenOff: boolean;
}

/** Where a lane counts its connections. */
export interface ResourceCounts {
  readonly shared: SharedCount;
  readonly lane: LaneCount;
  /** null if client addresses are not limited. */
  readonly addresses: AddressCounts | null;
}

/** How long to wait for another thread to say that there is room before looking again, in milliseconds. */
const LONGEST_WAIT = 1000;

/** The right to serve one connection; released exactly once. */
export class Lease {
  // A field rather than a closure: there is one for each open connection.
  #manager: Returns | null;
  readonly #peer: string | null;

  constructor(manager: Returns, peer: string | null) {
    this.#manager = manager;
    this.#peer = peer;
  }

  /** @throws {Error} If it was released before, which is a bug in the caller. */
  release(): void {
    if (this.#manager === null) throw new Error("Cannot release a lease: it was released before");
    this.#manager.takeBack(this.#peer);
    this.#manager = null;
  }
}

interface Returns {
  takeBack(peer: string | null): void;
}

/** Why there is no lease. */
export class Refusal {
  constructor(readonly reason: RefusalReason) {}
}

/** Decides whether a connection may be served: one lane's view of what it and all lanes may hold. */
export class ResourceManager {
  readonly #limits: ResourceLimits;
  readonly #shared: SharedCount;
  readonly #lane: LaneCount;
  readonly #addresses: AddressCounts | null;
  #open = 0;
  #isDraining = false;
  /** Wake those that wait for a lease of this lane to come back. */
  readonly #waiting = new Set<() => void>();

  constructor(limits: ResourceLimits, { shared, lane, addresses }: ResourceCounts) {
    this.#limits = limits;
    this.#shared = shared;
    this.#lane = lane;
    this.#addresses = addresses;
  }

  /** Leases that are out. */
  get open(): number {
    return this.#open;
  }

  /** Whether this lane, and all lanes together, have room for one more connection. */
  get hasRoom(): boolean {
    return this.#open < this.#limits.maxConnections && !this.isFull;
  }

  /** Whether all lanes together have no room for one more connection: others may wait for one to end. */
  get isFull(): boolean {
    return this.#shared.total >= this.#limits.totalConnections;
  }

  /** Whether this lane is full while others may not be: then they serve the next client, or refuse it. */
  get leavesToOthers(): boolean {
    const { maxConnections, totalConnections } = this.#limits;
    return this.#open >= maxConnections && maxConnections < totalConnections;
  }

  /**
   * Asks for the right to serve a peer.
   *
   * @param peer The peer's address as in {@linkcode addressKey}; null where
   * addresses mean nothing, as with Unix sockets.
   */
  allocate(peer: string | null): Lease | Refusal {
    const reason = this.#take(peer);
    return reason === null ? new Lease(this, peer) : new Refusal(reason);
  }

  /** For {@linkcode Lease.release} alone. */
  takeBack(peer: string | null): void {
    this.#open--;
    // What a lane held that was given up as hung has been given back for it.
    if (!this.#lane.isWrittenOff) {
      this.#lane.addOpen(-1);
      this.#shared.addTotal(-1);
      if (peer !== null) this.#addresses?.giveBack(peer);
    }
    this.#wake();
  }

  /** Resolves when a lease of this lane comes back, or the manager drains. */
  leaseReturned(): Promise<void> {
    return this.#wait(null);
  }

  /** Resolves when there is room, or the manager drains. */
  async room(): Promise<void> {
    while (!this.#isDraining) {
      // Read before looking: what is given back after that resolves `released` at once.
      const { releases } = this.#shared;
      if (this.hasRoom) return;
      const isLaneFull = this.#open >= this.#limits.maxConnections;
      await this.#wait(isLaneFull ? null : this.#shared.released(releases, LONGEST_WAIT));
    }
  }

  /** Refuses every client from now on, and ends the waits for room. */
  drain(): void {
    this.#isDraining = true;
    this.#wake();
  }

  /** Takes a place for a connection; the reason when there is none. */
  #take(peer: string | null): RefusalReason | null {
    const { maxConnections, totalConnections, maxConnectionsPerIp } = this.#limits;
    if (this.#isDraining) return "draining";
    // A lane that leaves clients to others still serves the one that it could not leave.
    if (this.#open >= maxConnections && !this.leavesToOthers) return "total";
    if (this.#shared.addTotal(1) >= totalConnections) {
      this.#shared.addTotal(-1);
      return "total";
    }
    if (peer !== null && this.#addresses?.take(peer, maxConnectionsPerIp) === false) {
      this.#shared.addTotal(-1);
      return "address";
    }
    this.#lane.addOpen(1);
    this.#open++;
    return null;
  }

  /**
   * Resolves when a lease of this lane comes back, or with `other`. Not
   * Promise.race: a promise that outlives the race would hold on to something
   * of each one.
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

/** The address that limits count by: an IPv4 client has one, also through a dual-stack socket. */
export function addressKey(addr: Deno.Addr): string | null {
  if (addr.transport !== "tcp" && addr.transport !== "udp") return null;
  return addr.hostname.startsWith("::ffff:") ? addr.hostname.slice(7) : addr.hostname;
}
