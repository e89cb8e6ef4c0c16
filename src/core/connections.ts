import { Connection } from "./connection.ts";
import type { ConnectionContext } from "./connection_context.ts";

/** The open connections of one lane. */
export class Connections {
  readonly #context: ConnectionContext;
  /** Each with a promise that resolves when nobody uses it any more. */
  readonly #live = new Map<Connection, Promise<void>>();
  #lastNumber = 0;

  constructor(context: ConnectionContext) {
    this.#context = context;
  }

  /** Makes a connection of an accepted socket, with a number of its own. */
  open(socket: Deno.Conn): Connection {
    return new Connection(++this.#lastNumber, socket, this.#context);
  }

  /** Adds a connection that is in use until `done` resolves; it must not reject. */
  add(connection: Connection, done: Promise<void>): void {
    this.#live.set(connection, done);
  }

  delete(connection: Connection): void {
    this.#live.delete(connection);
  }

  /** Resolves when none is in use. */
  async ended(): Promise<void> {
    while (this.#live.size > 0) await Promise.all(this.#live.values());
  }

  /** Closes all of them at once. */
  kill(): void {
    for (const connection of this.#live.keys()) connection.endAs("drain");
  }
}
