import type { BackendMemory } from "../lane/backends.ts";
import type { FromLane, ToLane } from "./messages.ts";

/** The first message to a thread, over the worker itself; everything else goes over the port. */
export interface ThreadStart {
  /**
   * The channel to the parent. What a handler posts goes over the channel of the worker
   * instead; only a hostile one gets hold of this, so the parent checks every message.
   */
  readonly port: MessagePort;
  readonly scoreboard: SharedArrayBuffer;
  /** None if client addresses are not limited. */
  readonly addressTables: readonly SharedArrayBuffer[];
  /** Null unless the lane balances. */
  readonly backends: BackendMemory | null;
}

/** A message from the parent to a thread: those for any lane, and those about shared memory. */
export type ToThread =
  | ToLane
  /** Answers `allocate` with the memory, or with the reason there is none. */
  | { readonly type: "memory"; readonly id: number; readonly buffer: SharedArrayBuffer | string };

/** A request for shared memory. */
export interface AllocateMessage {
  readonly type: "allocate";
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
}

/** A message from a thread to its parent. */
export type FromThread = FromLane | AllocateMessage;
