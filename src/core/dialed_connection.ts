import { Connection } from "./connection.ts";
import type { ConnectionContext } from "./connection_context.ts";
import type { ConnectionSummary } from "./event.ts";
import type { Socket } from "./socket.ts";

/**
 * A connection that this lane has dialed. The code that dialed it owns it and
 * releases it by disposing of it:
 * `await using upstream = await context.dial(address)`.
 */
export class DialedConnection extends Connection implements AsyncDisposable {
  readonly #forget: () => void;

  /** @param forget Called once the connection is released. */
  constructor(number: number, socket: Socket, context: ConnectionContext, forget: () => void) {
    super(number, socket, context);
    this.#forget = forget;
  }

  override release(error: Error | null): ConnectionSummary {
    this.#forget();
    return super.release(error);
  }

  /** Ends gracefully unless already closed, then releases the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish("server");
    this.release(null);
  }
}
