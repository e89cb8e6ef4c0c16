/** The shape of those who are told how a server is, from its start to its end. */
import type { Log } from "../../log/log.ts";
import type { ServerFacts } from "../../ops/status/server_facts.ts";
import type { Status } from "../../ops/status/status.ts";
import type { ReloadObserver } from "../../server/reloader.ts";
import type { Server } from "../../server/server.ts";
import type { Settings } from "../../settings/options.ts";
import type { EffectiveConfig } from "../effective_config.ts";

/** A server that is about to start. */
export interface Beginning {
  readonly config: EffectiveConfig;
  readonly log: Log;
}

/** A server whose lanes accept. */
export interface Served {
  readonly server: Server;
  readonly settings: Settings;
  readonly log: Log;
  /** Collects what the main thread knows. */
  facts(): ServerFacts;
  /** Makes what reads the status; its figures of the time since the last reading are of its own. */
  statusReader(): () => Status;
}

/** One who is told how a server is, and implements what concerns it. Only reloads are told more than once. */
export interface Witness extends ReloadObserver, Partial<AsyncDisposable> {
  /**
   * The log is open, and nothing else.
   *
   * @throws {ExitError} If the server must not start.
   */
  starting?(beginning: Beginning): Promise<void> | void;
  /**
   * The lanes accept, which nobody outside is told yet.
   *
   * @throws {ExitError} If the server must not go on.
   */
  follow?(served: Served): Promise<void> | void;
  /** What it adds to the facts of the status. */
  facts?(): Partial<ServerFacts>;
  /** The server serves, commands included. */
  serving?(): void;
  /**
   * The server begins to stop.
   *
   * @param isTold Whether by a signal or a command; otherwise it cannot go on.
   */
  stopping?(isTold: boolean): void;
  /** The lanes could not be kept alive, which has stopped the server. */
  failed?(error: Error, exitCode: number): void;
  /** The server has stopped; what others may find, such as the file of its process id, is still there. */
  stopped?(): Promise<void> | void;
  /** Something has kept the server from starting, or else is a mistake of the program. */
  thrown?(error: unknown): Promise<void> | void;
}
