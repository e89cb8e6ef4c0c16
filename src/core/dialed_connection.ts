import { Connection } from "./connection.ts";
import type { ConnectionContext } from "./connection_context.ts";
import type { ConnectionSummary } from "./event.ts";

/**
 * A connection that this lane has dialed. It belongs to whoever dialed it, and
 * gives back what it was lent when it is disposed of:
 * `await using upstream = await context.dial(address)`.
 */
export class DialedConnection extends Connection implements AsyncDisposable {
  readonly #forget: () => void;

  /** @param forget Called once the connection is released. */
  constructor(number: number, socket: Deno.Conn, context: ConnectionContext, forget: () => void) {
    super(number, socket, context);
    this.#forget = forget;
  }

  override release(error: Error | null): ConnectionSummary {
    this.#forget();
    return super.release(error);
  }

  /** Ends gracefully unless it is closed already, and gives back all that was lent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish("server");
    this.release(null);
  }
}
