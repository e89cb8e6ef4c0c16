import type { Buffers } from "./buffers.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Peer } from "./event.ts";
import type { ReadTurns } from "./read_turns.ts";

/** Counts the bytes and requests of connections. */
export interface Traffic {
  /** @param connection The number of the connection on which they arrived. */
  received(bytes: number, connection: number): void;
  sent(bytes: number): void;
  /** @param connection The number of the connection on which the request arrived. */
  request(connection: number): void;
}

/** Counts dialed connections and their bytes, separately from those of clients. */
export interface DialTraffic extends Traffic {
  /** A connection was dialed. */
  dialed(): void;
}

/** Measures how long clients wait for the first byte of an answer. */
export interface Waits {
  /** @param milliseconds From what a client has sent to the first byte to it. */
  waited(milliseconds: number): void;
}

/** Shared by all connections of a lane to the same kind of peer. */
export interface ConnectionContext {
  readonly peer: Peer;
  /** The number of the lane, with which connection ids begin. */
  readonly lane: number;
  readonly traffic: Traffic;
  /** Null if nobody wants to know. */
  readonly waits: Waits | null;
  readonly buffers: Buffers;
  readonly deadlines: Deadlines;
  readonly reads: ReadTurns;
  /** Whether the server is at its connection limit. */
  readonly isFull: () => boolean;
  /** Aborts when the lane retires. */
  readonly retiring: AbortSignal;
  /** Aborts when the lane drains. */
  readonly draining: AbortSignal;
  /** How long a peer may be silent, in milliseconds; 0 means no limit. */
  readonly idleTimeout: number;
  /** How long a write may make no progress, in milliseconds; 0 means no limit. */
  readonly writeTimeout: number;
}
