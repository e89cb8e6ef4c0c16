import type { Address } from "../base/address.ts";
import type { ReuseportFilter } from "../core/reuseport_filter.ts";
import type { Order } from "../lane/order.ts";

/** What a lane reports when it accepts clients. */
export interface Ready {
  /** Where it listens. */
  readonly addresses: readonly Address[];
  /** What to send to clients while the server is full; null if the service closes without a word. */
  readonly refusal: string | null;
}

/** How a lane ended. */
export type Exit =
  /** On request. */
  | { readonly kind: "stopped" }
  /** On its own; all its connections are gone. */
  | { readonly kind: "crashed"; readonly error: Error };

/** A lane as its parent sees it, wherever it runs. */
export interface LaneHandle {
  /** The process it runs in. */
  readonly pid: number;
  /** Resolves when it accepts clients; rejects with an ExitError when it cannot. */
  readonly ready: Promise<Ready>;
  /** Resolves when it is gone. */
  readonly exited: Promise<Exit>;
  /** Accepts what the kernel has queued, then stops; resolves when it accepts no more. */
  stopAccepting(): Promise<void>;
  /**
   * Leaves new clients to other lanes, and exits with its last connection.
   * Resolves when it accepts no more.
   */
  retire(): Promise<void>;
  /**
   * Sends new clients to some of the sockets on its port or, with null, to all
   * again.
   *
   * @returns Whether that is possible here.
   */
  setReuseportFilter(filter: ReuseportFilter | null): Promise<boolean>;
  /** Asks its connections to finish, and exits with the last one. */
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
