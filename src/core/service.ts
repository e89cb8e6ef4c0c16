import type { Logger } from "../log.ts";
import type { Connection } from "./connection.ts";

/**
 * What a connection is served with. Returning means that the conversation is
 * over; a {@linkcode PeerError} is told to the client; anything else that is
 * thrown closes the connection and is reported.
 */
export type Service = (connection: Connection) => Promise<void>;

/** What a service or a handler is given once, when its lane starts. */
export interface ServiceContext {
  /** Its own log. */
  readonly log: Logger;
  /** Aborts when the lane drains. */
  readonly draining: AbortSignal;
}

/** A service before it runs: one row of the registry, or a user's module. */
export interface ServiceDefinition {
  readonly name: string;
  /** One line for people. */
  readonly help: string;
  /** The port when `--port` names none. */
  readonly port: number;
  /** What a client is told when the server is full; null where the service has no words for it. */
  readonly refusal: string | null;
  create(context: ServiceContext): Service;
}
