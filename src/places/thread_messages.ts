import type { FromLane, ToLane } from "./messages.ts";

/** A message from the parent to a thread: those for any lane, and those about shared memory. */
export type ToThread =
  | ToLane
  /** The first message. */
  | {
    readonly type: "start";
    readonly scoreboard: SharedArrayBuffer;
    /** None if client addresses are not limited. */
    readonly addressTables: readonly SharedArrayBuffer[];
  }
  /** Answers `allocate` with the memory, or with the reason there is none. */
  | { readonly type: "memory"; readonly id: number; readonly buffer: SharedArrayBuffer | string };

/** A message from a thread to its parent. */
export type FromThread =
  | FromLane
  | {
    readonly type: "allocate";
    readonly id: number;
    readonly name: string;
    readonly bytes: number;
  };
