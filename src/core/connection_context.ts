import type { Buffers } from "./buffers.ts";
import type { Deadlines } from "./deadlines.ts";

/** Where the bytes of a lane are counted. */
export interface Traffic {
  /** @param connection The number of the connection that they came on. */
  received(bytes: number, connection: number): void;
  sent(bytes: number): void;
  /** @param connection The number of the connection that the request came on. */
  request(connection: number): void;
}

/** What all connections of a lane share. */
export interface ConnectionContext {
  /** What the ids of the connections begin with. */
  readonly lane: number;
  readonly traffic: Traffic;
  readonly buffers: Buffers;
  readonly deadlines: Deadlines;
  /** Whether the server has no room for another connection. */
  readonly isFull: () => boolean;
  /** Aborts when the lane takes no new connections. */
  readonly retiring: AbortSignal;
  /** Aborts when the lane drains. */
  readonly draining: AbortSignal;
  /** How long a client may be silent, in milliseconds; 0 is for ever. */
  readonly idleTimeout: number;
  /** How long a client may take nothing of what is written, in milliseconds; 0 is for ever. */
  readonly writeTimeout: number;
}
