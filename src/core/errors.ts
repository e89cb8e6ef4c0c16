import type { EndedBy } from "./event.ts";

/**
 * A conversation that is over. It knows who ended it, so nobody has to guess
 * from its type; the acceptor closes the connection and reports it.
 */
export class ConnectionError extends Error {
  override readonly name: string = "ConnectionError";

  constructor(message: string, readonly endedBy: EndedBy, options?: ErrorOptions) {
    super(message, options);
  }
}

/** The client ended in the middle of a piece of data. */
export class IncompleteReadError extends ConnectionError {
  override readonly name = "IncompleteReadError";

  /** @param partial A copy of what had arrived of the unfinished piece. */
  constructor(readonly partial: Uint8Array) {
    super(`Cannot finish reading: the client left after ${partial.length} bytes`, "client");
  }
}

/** A piece of data is longer than its limit. */
export class LimitExceededError extends ConnectionError {
  override readonly name = "LimitExceededError";

  /** @param limit The limit in bytes. */
  constructor(readonly limit: number) {
    super(`Cannot read on: more than ${limit} bytes without an end`, "limit");
  }
}

/**
 * A failure that can still be told to the peer: the acceptor writes `answer`,
 * then closes in a way that the client can read it. Anything else that a
 * service throws closes the connection and is logged as an error.
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
