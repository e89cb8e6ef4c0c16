import type { Capacity } from "./capacity.ts";
import type { RefusalReason } from "./event.ts";

/** What a lane may hold. */
export interface ResourceLimits {
  /** Connections at one time. */
  readonly maxConnections: number;
  /** Connections at one time of all lanes together. */
  readonly totalConnections: number;
}

/** The right to serve one connection; given back exactly once. */
export class Lease {
  // A field less than a closure: there is one for each open connection.
  #manager: Returns | null;
  readonly #peer: string | null;

  constructor(manager: Returns, peer: string | null) {
    this.#manager = manager;
    this.#peer = peer;
  }

  /**
   * Gives the lease back.
   *
   * @throws {Error} If it was given back before, which is a bug in the caller.
   */
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

/** Decides whether a connection may be served. */
export class ResourceManager {
  readonly #limits: ResourceLimits;
  readonly #capacity: Capacity;
  #open = 0;
  #draining = false;
  #change: PromiseWithResolvers<void> | null = null;

  /** @param capacity What this lane shares with the others. */
  constructor(limits: ResourceLimits, capacity: Capacity) {
    this.#limits = limits;
    this.#capacity = capacity;
  }

  /** Leases that are out. */
  get open(): number {
    return this.#open;
  }

  /** Whether this lane, and all together, have room for one more connection. */
  get hasRoom(): boolean {
    return this.#open < this.#limits.maxConnections && this.#capacity.hasRoom;
  }

  /** Whether all lanes together have no room for one more connection: others may wait for one to end. */
  get isFull(): boolean {
    return !this.#capacity.hasRoom;
  }

  /** Whether this lane is full where others may not be: then it is for them to serve, or to refuse. */
  get leavesToOthers(): boolean {
    const { maxConnections, totalConnections } = this.#limits;
    return this.#open >= maxConnections && maxConnections < totalConnections;
  }

  /**
   * Asks for the right to serve a peer.
   *
   * @param peer The peer's address as in {@linkcode addressKey}; null where
   * addresses mean nothing, as with unix sockets.
   */
  allocate(peer: string | null): Lease | Refusal {
    if (this.#draining) return new Refusal("draining");
    // A lane that leaves clients to others serves the one that it could not leave all the same.
    if (this.#open >= this.#limits.maxConnections && !this.leavesToOthers) {
      return new Refusal("total");
    }
    const reason = this.#capacity.take(peer);
    if (reason !== null) return new Refusal(reason);
    this.#open++;
    return new Lease(this, peer);
  }

  /** For {@linkcode Lease.release} alone. */
  takeBack(peer: string | null): void {
    this.#open--;
    this.#capacity.giveBack(peer);
    this.#wake();
  }

  /** Resolves when a lease of this lane comes back, or the manager drains. */
  async leaseReturned(): Promise<void> {
    this.#change ??= Promise.withResolvers();
    await this.#change.promise;
  }

  /** Resolves when there is room, or the manager drains. */
  async room(): Promise<void> {
    while (!this.hasRoom && !this.#draining) {
      const isFull = this.#open >= this.#limits.maxConnections;
      await (isFull
        ? this.leaseReturned()
        : Promise.race([this.leaseReturned(), this.#capacity.room()]));
    }
  }

  /** Refuses all that comes from now on, and lets those go who wait for room. */
  drain(): void {
    this.#draining = true;
    this.#wake();
  }

  #wake(): void {
    this.#change?.resolve();
    this.#change = null;
  }
}

/** The address that limits count by: an IPv4 client is one, also through a dual-stack socket. */
export function addressKey(addr: Deno.Addr): string | null {
  if (addr.transport !== "tcp" && addr.transport !== "udp") return null;
  return addr.hostname.startsWith("::ffff:") ? addr.hostname.slice(7) : addr.hostname;
}
