import type { Buffers } from "./buffers.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Peer } from "./event.ts";

/** Where the bytes of connections are counted. */
export interface Traffic {
  /** @param connection The number of the connection that they arrived on. */
  received(bytes: number, connection: number): void;
  sent(bytes: number): void;
  /** @param connection The number of the connection that the request arrived on. */
  request(connection: number): void;
}

/** Where dialed connections and their bytes are counted, apart from those of clients. */
export interface DialTraffic extends Traffic {
  /** A connection was dialed. */
  dialed(): void;
}

/** What all connections of a lane to the same kind of peer share. */
export interface ConnectionContext {
  readonly peer: Peer;
  /** The ids of the connections begin with it. */
  readonly lane: number;
  readonly traffic: Traffic;
  readonly buffers: Buffers;
  readonly deadlines: Deadlines;
  /** Whether the server has no room for another connection. */
  readonly isFull: () => boolean;
  /** Aborts when the lane retires. */
  readonly retiring: AbortSignal;
  /** Aborts when the lane drains. */
  readonly draining: AbortSignal;
  /** How long a peer may be silent, in milliseconds; 0 is forever. */
  readonly idleTimeout: number;
  /** How long a peer may take nothing of what is written, in milliseconds; 0 is forever. */
  readonly writeTimeout: number;
}
