/** Where the backends of a group come from: a list that may change while the server runs. */
import type { Backend } from "../backend.ts";

/** What a source tells. Its functions may stop the source, and must not throw. */
export interface SourceEvents {
  /** The whole list, each address once and in an order that changes only with the list; called only if it differs from before. */
  readonly onChange: (found: readonly Backend[]) => void;
  /**
   * A name or a file cannot be used, and what it stood for stays in the list: one line that says
   * why. Called once for each, however often it fails again; for a file, once for each change.
   */
  readonly onProblem: (text: string) => void;
  /** It can be used again: one line. */
  readonly onRecovery: (text: string) => void;
}

/** Finds backends. Until it has, the group has none; later it keeps those that it found last. */
export interface Source {
  /** Starts to look; returns at once. May be called again after {@linkcode stop}. */
  start(): void;
  /** Ends whatever is in progress: no function is called any more. */
  stop(): void;
}
