import type { Address } from "../base/address.ts";
import type { ConnectionQuery, FoundConnections } from "../core/open_connections.ts";
import type { ForeignSockets } from "../core/foreign_sockets.ts";
import type { ReuseportFilter } from "../core/reuseport_filter.ts";
import type { Order } from "../lane/order.ts";
import type { Level } from "../log/level.ts";

/** Reported by a lane once it accepts clients. */
export interface Ready {
  /** The bound addresses. */
  readonly addresses: readonly Address[];
  /** The message to clients while the server is full; null closes without one. */
  readonly refusal: string | null;
  /** The file descriptors of listening sockets that its process has to itself. */
  readonly sockets: readonly number[];
}

/** How a lane ended. */
export type Exit =
  /** On request. */
  | { readonly kind: "stopped" }
  /** On its own, which loses all its connections. */
  | { readonly kind: "crashed"; readonly error: Error };

/** The parent's handle of a lane, wherever that runs. */
export interface LaneHandle {
  /** The id of the process it runs in. */
  readonly pid: number;
  /** Resolves when the lane accepts clients; rejects with an ExitError if it cannot. */
  readonly ready: Promise<Ready>;
  /** Resolves when the lane is gone. */
  readonly exited: Promise<Exit>;
  /**
   * Gives the Unix sockets of a lane that is ready their names, which takes the clients
   * from the lane that it replaces.
   *
   * @throws {ExitError} 73 if that fails.
   */
  takeOver(): Promise<void>;
  /** Accepts what the kernel has queued, then stops accepting; resolves when that is done. */
  stopAccepting(): Promise<void>;
  /**
   * Leaves new clients to other lanes, and exits with its last connection.
   * Resolves when it has stopped accepting.
   */
  retire(): Promise<void>;
  /**
   * Directs new clients to some of the sockets on its port or, with null, to all
   * of them again.
   *
   * @returns Whether that worked.
   */
  setReuseportFilter(filter: ReuseportFilter | null): Promise<boolean>;
  /**
   * Accepts the clients of another process, which is blocked.
   *
   * @returns Whether that worked.
   */
  relieve(sockets: ForeignSockets): Promise<boolean>;
  /** Leaves its clients to the other process again or, if that is gone, to all others. */
  endRelief(pid: number, isGone: boolean): void;
  /**
   * Finds its open connections; describes at most `limit` of them, the oldest.
   *
   * @returns Null if the lane is gone, or has left many questions unanswered; pending as long
   * as it is blocked.
   */
  findConnections(query: ConnectionQuery, limit: number): Promise<FoundConnections | null>;
  /**
   * Closes the connection with a number.
   *
   * @returns Whether there was one; null and pending as with {@linkcode findConnections}.
   */
  closeConnection(number: number): Promise<boolean | null>;
  /** Changes the lowest level that it logs; a lane on the main thread follows the log itself. */
  setLogLevel(level: Level): void;
  /** Tells its connections to finish, and exits with the last one. */
  drain(): void;
  /** Closes all its connections at once. */
  closeConnections(): void;
  /**
   * Kills its thread or process, and reports it as stopped. A hung thread keeps
   * running regardless.
   *
   * @param reason What `ready` rejects with if it is still pending.
   */
  kill(reason?: Error): void;
}

/** Starts a lane. */
export type Place = (order: Order) => LaneHandle;
