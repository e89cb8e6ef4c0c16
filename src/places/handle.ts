import type { ReuseportFilter } from "../core/reuseport_filter.ts";
import type { Order } from "../lane/order.ts";
import type { Address } from "../base/address.ts";

/** What a lane says when it accepts. */
export interface Ready {
  /** Where it listens. */
  readonly addresses: readonly Address[];
  /** What a client is told when the server is full; null where the service has no words for it. */
  readonly refusal: string | null;
}

/** How a lane ended. */
export type Exit =
  /** As it was told. */
  | { readonly kind: "stopped" }
  /** By itself; all its connections are gone. */
  | { readonly kind: "crashed"; readonly error: Error };

/** What the parent knows of a lane, wherever it runs. */
export interface LaneHandle {
  /** The process it runs in; null before that has started. */
  readonly pid: number;
  /** Resolves when it accepts; rejects with an ExitError when it cannot. */
  readonly ready: Promise<Ready>;
  /** Resolves when it is gone. */
  readonly exited: Promise<Exit>;
  /** Stops accepting, after what the kernel has queued; resolves when the door is closed. */
  stopAccepting(): Promise<void>;
  /**
   * Leaves new clients to other lanes, and exits when its last connection has
   * ended; resolves when it takes none any more.
   */
  retire(): Promise<void>;
  /**
   * Has new clients come to some of the sockets of its port, or, with null, to
   * all again.
   *
   * @returns Whether it could.
   */
  setReuseportFilter(filter: ReuseportFilter | null): Promise<boolean>;
  /** Tells its connections to end, and exits when all have. */
  drain(): void;
  /** Closes all its connections at once. */
  closeConnections(): void;
  /**
   * Kills its thread or process, and reports it as stopped. A thread that hangs
   * runs on regardless.
   *
   * @param reason What `ready` rejects with, unless it was ready before.
   */
  kill(reason?: Error): void;
}

/** Starts a lane. */
export type Place = (order: Order) => LaneHandle;
