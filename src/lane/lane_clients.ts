import type { Connections } from "../core/connections.ts";
import type { Sweep } from "../core/deadlines.ts";
import type { ConnectionQuery, FoundConnections } from "../core/open_connections.ts";
import type { Logger } from "../log/logger.ts";

/** Quick sweeps for which a service may keep its connection once that is closed; the parent waits longer. */
const SERVICE_PATIENCE = 2;

/** The clients of a lane, as operators see and close them. */
export class LaneClients {
  readonly #connections: Connections;
  readonly #quick: Sweep;
  readonly #log: Logger;

  constructor(connections: Connections, quick: Sweep, log: Logger) {
    this.#connections = connections;
    this.#quick = quick;
    this.#log = log;
  }

  /** Finds open connections; describes at most `limit` of them, the oldest. */
  find(query: ConnectionQuery, limit: number): FoundConnections {
    return this.#connections.find(query, limit);
  }

  /**
   * Closes a connection for an operator: the log says so before it has the record of its end.
   *
   * @returns Whether there is one with this number.
   */
  close(number: number): boolean {
    const connection = this.#connections.get(number);
    if (connection === null) return false;
    this.#log.info("Connection closed by an operator", { "sluice.connection.id": connection.id });
    connection.endAs("server");
    this.#later(() => connection.abandon());
    return true;
  }

  /** Closes every connection. Each has its record soon, though its service may never return. */
  closeAll(): void {
    this.#connections.kill();
    this.#later(() => this.#connections.abandon());
  }

  /** Acts once services have had the time to notice that their connections are closed. */
  #later(act: () => void): void {
    const quick = this.#quick;
    let sweeps = 0;
    const timed = {
      expire() {
        if (++sweeps < SERVICE_PATIENCE) return;
        quick.delete(timed, place);
        act();
      },
    };
    const place = quick.add(timed);
  }
}
