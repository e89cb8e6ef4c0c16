import type { EndedBy, Peer } from "./event.ts";

/** Options of a {@linkcode ConnectionError}. */
export interface ConnectionErrorOptions extends ErrorOptions {
  /** Who is at the other end of the connection; a client if not given. */
  readonly peer?: Peer;
}

/**
 * A conversation that is over. The error carries who ended it, so that nobody
 * has to guess; the acceptor closes the connection and reports it.
 */
export class ConnectionError extends Error {
  override readonly name: string = "ConnectionError";
  /** Whose connection is over: that of the client, or one that was dialed for it. */
  readonly peer: Peer;

  constructor(message: string, readonly endedBy: EndedBy, options: ConnectionErrorOptions = {}) {
    super(message, options);
    this.peer = options.peer ?? "client";
  }
}

/** The peer ended in the middle of a piece of data. */
export class IncompleteReadError extends ConnectionError {
  override readonly name = "IncompleteReadError";

  /** @param partial A copy of what had arrived of the unfinished piece. */
  constructor(readonly partial: Uint8Array, peer: Peer = "client") {
    super(`Cannot finish reading: the ${peer} left after ${partial.length} bytes`, peer, { peer });
  }
}

/** A piece of data is longer than its limit. */
export class LimitExceededError extends ConnectionError {
  override readonly name = "LimitExceededError";

  /** @param limit The limit in bytes. */
  constructor(readonly limit: number, peer: Peer = "client") {
    super(`Cannot read on: more than ${limit} bytes without an end`, "limit", { peer });
  }
}

/**
 * A failure that can still be told to the client: the acceptor writes `answer`,
 * then closes so that the client can read it. Anything else that a service
 * throws closes the connection and is logged as an error.
 */
export class PeerError extends ConnectionError {
  override readonly name = "PeerError";

  /**
   * @param message For the log.
   * @param answer For the client, in the service's own language; null says nothing.
   */
  constructor(
    message: string,
    readonly answer: Uint8Array | string | null = null,
    endedBy: EndedBy = "server",
  ) {
    super(message, endedBy);
  }
}

/** Whether an error says that the client's connection is over, not one that was dialed for it. */
export function isOfClient(error: unknown): boolean {
  return error instanceof ConnectionError && error.peer === "client";
}
