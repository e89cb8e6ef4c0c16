import { Connection } from "./connection.ts";
import type { ConnectionContext } from "./connection_context.ts";
import type { ConnectionSummary } from "./event.ts";
import type { Socket } from "./socket.ts";

/** Where a lane keeps its dialed connections. */
interface DialedConnections {
  addDialed(connection: DialedConnection): number;
  deleteDialed(connection: DialedConnection, place: number): void;
}

/**
 * A connection that this lane has dialed. The code that dialed it owns it and
 * releases it by disposing of it:
 * `await using upstream = await context.dial(address)`.
 */
export class DialedConnection extends Connection implements AsyncDisposable {
  readonly #others: DialedConnections;
  readonly #placeAmongOthers: number;

  /** @param others The dialed connections of the lane: it is one of them until it is released. */
  constructor(
    number: number,
    socket: Socket,
    context: ConnectionContext,
    others: DialedConnections,
  ) {
    super(number, socket, context);
    this.#others = others;
    this.#placeAmongOthers = others.addDialed(this);
  }

  override release(error: Error | null): ConnectionSummary {
    this.#others.deleteDialed(this, this.#placeAmongOthers);
    return super.release(error);
  }

  /** Ends gracefully unless already closed, then releases the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish("server");
    this.release(null);
  }
}
