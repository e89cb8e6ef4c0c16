import type { Connection } from "./connection.ts";

/**
 * What a connection is served with. Returning means that the conversation is
 * over; a {@linkcode PeerError} is told to the client; anything else that is
 * thrown closes the connection and is reported.
 */
export type Service = (connection: Connection) => Promise<void>;
