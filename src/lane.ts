import { Acceptor } from "./core/acceptor.ts";
import { Buffers } from "./core/buffers.ts";
import type { Connection, ConnectionContext } from "./core/connection.ts";
import { Deadlines } from "./core/deadlines.ts";
import { listen, type Listener } from "./core/listener.ts";
import { ResourceManager } from "./core/resources.ts";
import { type Counts, record } from "./lane_events.ts";
import type { Logger } from "./log.ts";
import type { Order } from "./plan.ts";
import { findService } from "./services/registry.ts";
import type { Address } from "./settings/address.ts";

/** One service, an acceptor for each of its addresses, and the connections they serve. */
export class Lane {
  /** Where it listens. */
  readonly addresses: readonly Address[];
  readonly counts: Readonly<Counts>;
  readonly #acceptors: readonly Acceptor[];
  readonly #running: Promise<unknown>;
  readonly #live: Map<Connection, Promise<void>>;
  readonly #resources: ResourceManager;
  readonly #deadlines: Deadlines;
  readonly #draining: AbortController;

  /**
   * Opens the door. What an order names must be there, or nothing is opened.
   *
   * @throws {ExitError} If the service cannot be loaded or an address cannot be bound.
   */
  static async open(order: Order, log: Logger): Promise<Lane> {
    const service = await findService(order.service);
    const listeners: Listener[] = [];
    try {
      for (const address of order.addresses) listeners.push(await listen(address, order));
      return new Lane(order, log, service, listeners);
    } catch (error) {
      for (const listener of listeners) listener.close();
      throw error;
    }
  }

  private constructor(
    order: Order,
    log: Logger,
    definition: Awaited<ReturnType<typeof findService>>,
    listeners: readonly Listener[],
  ) {
    const counts: Counts = { accepted: 0, refused: 0, silent: 0, failed: 0 };
    const live = new Map<Connection, Promise<void>>();
    const timeouts = [order.idleTimeout, order.writeTimeout].filter((timeout) => timeout > 0);
    const draining = new AbortController();
    const connections: ConnectionContext = {
      buffers: new Buffers(),
      deadlines: new Deadlines(timeouts.length > 0 ? Math.min(...timeouts) : 0),
      draining: draining.signal,
      idleTimeout: order.idleTimeout,
      writeTimeout: order.writeTimeout,
    };
    const resources = new ResourceManager(order);
    const service = definition.create({
      log: log.getChild(definition.name),
      draining: draining.signal,
    });
    let lastId = 0;
    this.addresses = listeners.map((listener) => listener.address);
    this.counts = counts;
    this.#live = live;
    this.#resources = resources;
    this.#deadlines = connections.deadlines;
    this.#draining = draining;
    this.#acceptors = listeners.map((listener) =>
      new Acceptor({
        listener,
        resources,
        service,
        connections,
        overload: order.overload,
        refusal: definition.refusal,
        live,
        nextId: () => `${order.lane}-${++lastId}`,
        emit: record(log, counts),
      })
    );
    this.#running = Promise.all(this.#acceptors.map((acceptor) => acceptor.run()));
  }

  /** Connections that are open. */
  get open(): number {
    return this.#resources.open;
  }

  /** Stops accepting, after what the kernel has queued. */
  async closeDoor(): Promise<void> {
    await Promise.all(this.#acceptors.map((acceptor) => acceptor.closeDoor()));
  }

  /** Tells the connections to end, and resolves when all have. */
  async drain(): Promise<void> {
    this.#draining.abort();
    this.#resources.drain();
    await this.#running;
    while (this.#live.size > 0) await Promise.all(this.#live.values());
    this.#deadlines.stop();
  }

  /** Closes every connection at once. */
  kill(): void {
    for (const connection of this.#live.keys()) connection.endAs("drain");
  }
}
