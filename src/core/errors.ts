import { knowCopies } from "../base/copies.ts";
import type { EndedBy, Peer } from "./event.ts";

/** Why a service ended early: what it threw, which may be anything. */
export interface Failure {
  readonly cause: unknown;
}

/** Options of a {@linkcode ConnectionError}. */
export interface ConnectionErrorOptions extends ErrorOptions {
  /** The other end of the connection; a client by default. */
  readonly peer?: Peer;
}

/**
 * A connection has ended. The error says who ended it, so that nobody has to
 * guess; the acceptor closes the connection and reports it.
 */
export class ConnectionError extends Error {
  override readonly name: string = "ConnectionError";

  static {
    knowCopies(this, "ConnectionError");
  }

  /** Whose connection ended: the client's, or one that was dialed for it. */
  readonly peer: Peer;

  constructor(message: string, readonly endedBy: EndedBy, options: ConnectionErrorOptions = {}) {
    super(message, options);
    this.peer = options.peer ?? "client";
  }
}

/** The peer ended its stream in the middle of a piece of data. */
export class IncompleteReadError extends ConnectionError {
  override readonly name = "IncompleteReadError";

  static {
    knowCopies(this, "IncompleteReadError");
  }

  /** @param partial A copy of the bytes that had arrived of the unfinished piece. */
  constructor(readonly partial: Uint8Array, peer: Peer = "client") {
    super(`Cannot finish reading: the ${peer} disconnected after ${partial.length} bytes`, peer, {
      peer,
    });
  }
}

/** A piece of data is longer than its limit. */
export class LimitExceededError extends ConnectionError {
  override readonly name = "LimitExceededError";

  static {
    knowCopies(this, "LimitExceededError");
  }

  /** @param limit The limit in bytes. */
  constructor(readonly limit: number, peer: Peer = "client") {
    super(`Cannot continue reading: more than ${limit} bytes without an end`, "limit", { peer });
  }
}

/**
 * A failure to report to the client: the acceptor writes `answer`, then closes so
 * that the client can read it. If a service throws anything but a
 * {@linkcode ConnectionError}, that closes the connection and is logged as an error.
 */
export class PeerError extends ConnectionError {
  override readonly name = "PeerError";

  static {
    knowCopies(this, "PeerError");
  }

  /**
   * @param message For the log.
   * @param answer For the client, in the service's protocol; null sends nothing.
   */
  constructor(
    message: string,
    readonly answer: Uint8Array | string | null = null,
    endedBy: EndedBy = "server",
  ) {
    super(message, endedBy);
  }
}

/** Whether an error means that the client's connection ended, not one that was dialed for it. */
export function isOfClient(error: unknown): boolean {
  return error instanceof ConnectionError && error.peer === "client";
}
