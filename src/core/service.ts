import type { Connection } from "./connection.ts";

/**
 * Serves one connection. It returns when the conversation is over. A
 * {@linkcode PeerError} that it throws is told to the client; anything else
 * closes the connection and is reported.
 */
export type Service = (connection: Connection) => Promise<void>;
