/** What the parent of `--respawn` and its child, the server, tell each other. */
import { isGranted } from "../../base/permissions.ts";

/**
 * The variable by which the parent tells its child: JSON, a {@linkcode Word}. Options have the
 * names that begin with SLUICE_.
 */
export const WORD_VARIABLE = "_SLUICE_RESPAWN";

/** How a server ended that is started again. */
export interface Crash {
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  /** The exit code; null if a signal killed it. */
  readonly code: number | null;
  /** The name of the signal that killed it; null if it has exited. */
  readonly signal: string | null;
  /** How long it had run, in milliseconds. */
  readonly uptime: number;
  /** The id of its process. */
  readonly pid: number;
  /** How many servers the parent has started again so far, with the one that follows this. */
  readonly restarts: number;
}

/** What a child is told when it starts. */
export interface Word {
  /** The id of the parent: a grandchild that inherits the variable does not believe it. */
  readonly parent: number;
  /** The pipe to the parent, which takes the letters of {@linkcode NEWS}. */
  readonly news: number;
  /**
   * The pipe from the parent, which is closed once that has ended. A spare is told by it to
   * serve: a line of JSON, a {@linkcode Crash}.
   */
  readonly life: number;
  /** Whether it does not serve until it is told to. */
  readonly isSpare: boolean;
  /** How the server before it ended; null for the first one, and for a spare. */
  readonly crash: Crash | null;
}

/** What the child tells. */
export const NEWS = {
  /** It accepts connections. */
  ready: "r",
  /** It has begun to stop, as it was told to: the parent is to let go of the sockets. */
  stopping: "s",
} as const;

/** Whether the environment says that a parent has started this process. */
export function isChild(): boolean {
  return isGranted({ name: "env" }) && Deno.env.has(WORD_VARIABLE);
}
