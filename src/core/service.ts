import type { Connection } from "./connection.ts";

/**
 * Serves one connection; resolves when the conversation is over. If it throws a
 * {@linkcode PeerError}, the acceptor sends the answer of the error to the client;
 * any other error closes the connection and is reported.
 */
export type Service = (connection: Connection) => Promise<void>;
