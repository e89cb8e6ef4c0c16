import type { RefusalReason } from "./event.ts";

/** What a lane may hold. */
export interface ResourceLimits {
  /** Connections at one time. */
  readonly maxConnections: number;
  /** Connections at one time of one address; 0 is no limit. */
  readonly maxConnectionsPerIp: number;
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
  readonly #perAddress = new Map<string, number>();
  #open = 0;
  #draining = false;
  #waiting: (() => void)[] = [];

  constructor(limits: ResourceLimits) {
    this.#limits = limits;
  }

  /** Leases that are out. */
  get open(): number {
    return this.#open;
  }

  /** Whether the total leaves room for one more connection. */
  get hasRoom(): boolean {
    return this.#open < this.#limits.maxConnections;
  }

  /**
   * Asks for the right to serve a peer.
   *
   * @param peer The peer's address as in {@linkcode addressKey}; null where
   * addresses mean nothing, as with unix sockets.
   */
  allocate(peer: string | null): Lease | Refusal {
    if (this.#draining) return new Refusal("draining");
    if (!this.hasRoom) return new Refusal("total");
    const limit = this.#limits.maxConnectionsPerIp;
    if (limit > 0 && peer !== null) {
      const open = this.#perAddress.get(peer) ?? 0;
      if (open >= limit) return new Refusal("address");
      this.#perAddress.set(peer, open + 1);
    }
    this.#open++;
    return new Lease(this, limit > 0 ? peer : null);
  }

  /** For {@linkcode Lease.release} alone. */
  takeBack(peer: string | null): void {
    this.#open--;
    if (peer !== null) {
      const open = (this.#perAddress.get(peer) ?? 0) - 1;
      if (open > 0) this.#perAddress.set(peer, open);
      else this.#perAddress.delete(peer);
    }
    this.#wake();
  }

  /** Resolves when there is room in total, or the manager drains. */
  async room(): Promise<void> {
    while (!this.hasRoom && !this.#draining) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Refuses all that comes from now on, and lets those go who wait for room. */
  drain(): void {
    this.#draining = true;
    this.#wake();
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** The address that limits count by: an IPv4 client is one, also through a dual-stack socket. */
export function addressKey(addr: Deno.Addr): string | null {
  if (addr.transport !== "tcp" && addr.transport !== "udp") return null;
  return addr.hostname.startsWith("::ffff:") ? addr.hostname.slice(7) : addr.hostname;
}
