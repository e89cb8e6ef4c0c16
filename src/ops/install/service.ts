/** A server as a service of the machine, in terms that every service manager understands. */
import type { Address } from "../../base/address.ts";

/** What a manager is to run, and how. */
export interface Service {
  /** As managers know it: letters, digits, `-` and `_`. */
  readonly name: string;
  /** One line for people, without a full stop. */
  readonly about: string;
  /** The absolute path of the program, and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Absolute. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The user that it runs as; null for one that the manager makes, or whom the manager runs as. */
  readonly user: string | null;
  /** Where it listens. */
  readonly addresses: readonly Address[];
  /** The most clients in each accept queue, for a manager that holds the sockets; absent for its own number. */
  readonly backlog?: number;
  /** Permission bits of Unix sockets, for a manager that holds them; absent for its own. */
  readonly unixMode?: number;
  /** Whether the manager is to hold the listening sockets. */
  readonly isSocketActivated: boolean;
  /** Whether it is its own parent: see `--respawn`. */
  readonly isRespawning: boolean;
  /** Whether its lanes are processes. */
  readonly isForked: boolean;
  /** The open files that it needs. */
  readonly openFiles: number;
  /** Milliseconds from its start until it serves, at most. */
  readonly startTimeout: number;
  /** Milliseconds from TERM to its end, at most: all phases of a drain. */
  readonly stopTimeout: number;
  /** Milliseconds without a sign of life after which it counts as hung; null if nothing watches. */
  readonly watchdog: number | null;
  /** Absolute paths outside the manager's folders that it reads: the handler's folder, files to serve, settings. */
  readonly reads: readonly string[];
  /**
   * Absolute paths outside the manager's folders that it writes: logs, sockets, the pid file.
   * What ends in a slash is a folder, and all of it is written; of a file, its folder.
   */
  readonly writes: readonly string[];
}

/** A file of a service. */
export interface ServiceFile {
  /** Absolute. */
  readonly path: string;
  readonly content: string;
  /** Permission bits. */
  readonly mode: number;
}
