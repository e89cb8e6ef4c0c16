import type { FromLane, ToLane } from "./messages.ts";

/** What the parent tells a thread: what it tells every lane, and about memory that threads share. */
export type ToThread =
  | ToLane
  /** The first message. */
  | {
    readonly type: "start";
    readonly scoreboard: SharedArrayBuffer;
    /** None if client addresses are not limited. */
    readonly addressTables: readonly SharedArrayBuffer[];
  }
  /** Answers `allocate` with the memory, or with the reason why there is none. */
  | { readonly type: "memory"; readonly id: number; readonly buffer: SharedArrayBuffer | string };

/** What a thread tells its parent. */
export type FromThread =
  | FromLane
  | {
    readonly type: "allocate";
    readonly id: number;
    readonly name: string;
    readonly bytes: number;
  };
