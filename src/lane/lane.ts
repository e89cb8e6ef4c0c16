import { evenTurns, fewTurns } from "./accept_order.ts";
import { Acceptor } from "../core/acceptor.ts";
import { AddressCounts } from "../core/address_counts.ts";
import { Buffers } from "../core/buffers.ts";
import type { ConnectionContext } from "../core/connection_context.ts";
import { Connections } from "../core/connections.ts";
import { Deadlines } from "../core/deadlines.ts";
import type { Emit } from "../core/event.ts";
import { listen, type Listener } from "../core/listener.ts";
import { ResourceManager } from "../core/resources.ts";
import { type ReuseportFilter, setReuseportFilter } from "../core/reuseport_filter.ts";
import type { Service } from "../core/service.ts";
import { every } from "../base/timers.ts";
import { record } from "./events.ts";
import type { LineBuffer } from "../log/line_buffer.ts";
import type { Logger } from "../log/logger.ts";
import type { OptionKey } from "../settings/options.ts";
import type { OptionValues, ServiceHost } from "../services/service.ts";
import type { Order } from "./order.ts";
import { clock } from "../base/clock.ts";
import type { Row, Scoreboard } from "./scoreboard.ts";
import type { ImportModule } from "../services/handler/handler_file.ts";
import { findService } from "../services/registry.ts";
import type { Address } from "../base/address.ts";
import { type Allocate, sharedState } from "./shared_state.ts";

/** What a place gives to the lanes that run there. */
export interface LaneHost {
  readonly log: Logger;
  readonly accessLog: LineBuffer;
  readonly scoreboard: Scoreboard;
  /** Where all lanes of the process count client addresses; null when these are not limited. */
  readonly addressTable: SharedArrayBuffer | null;
  readonly allocate: Allocate;
  importHandler(path: string, generation: number): ReturnType<ImportModule>;
  /** Bytes that the lane is accountable for: a thread's heap, or the process. */
  readonly memory: () => number;
  /** Processor time that the lane's thread has used, in milliseconds. */
  readonly cpuTime: () => number;
  /** Told of every event, once it is recorded. */
  readonly onEvent: Emit;
}

/** What a lane serves with. */
interface Serving {
  readonly service: Service;
  readonly refusal: string | null;
  /** Its shortest timeout, in milliseconds; 0 where it has none. */
  readonly shortestTimeout: number;
  readonly retiring: AbortController;
  readonly draining: AbortController;
}

/** One service, an acceptor for each of its addresses, and the connections they serve. */
export class Lane {
  /** Where it listens. */
  readonly addresses: readonly Address[];
  /** What a client is told when the server is full; null where the service has no words for it. */
  readonly refusal: string | null;
  readonly #acceptors: readonly Acceptor[];
  readonly #running: Promise<unknown>;
  readonly #connections: Connections;
  readonly #resources: ResourceManager;
  readonly #deadlines: Deadlines;
  readonly #accessLog: LineBuffer;
  readonly #stopHeart: () => void;
  readonly #retiring: AbortController;
  readonly #draining: AbortController;

  /**
   * Opens the door. What an order names must be there, or nothing is opened.
   *
   * @throws {ExitError} If the service cannot be loaded or an address cannot be bound.
   */
  static async open(order: Order, host: LaneHost): Promise<Lane> {
    const definition = await findService(
      order.service,
      (path) => host.importHandler(path, order.generation),
    );
    const retiring = new AbortController();
    const draining = new AbortController();
    const context = {
      log: host.log.getChild(definition.name),
      retiring: retiring.signal,
      draining: draining.signal,
      ...sharedState(order.lane, host.allocate),
    };
    // The order has the options that the definition names.
    const options = order.options as OptionValues<OptionKey>;
    const serviceHost: ServiceHost = { recordAccess: (line) => host.accessLog.add(line) };
    const service = await definition.create(context, options, serviceHost);
    const shortestTimeout = definition.shortestTimeout?.(options) ?? 0;
    const { refusal } = definition;
    const serving = { service, refusal, shortestTimeout, retiring, draining };
    const listeners: Listener[] = [];
    try {
      for (const address of order.addresses) listeners.push(await listen(address, order));
      return new Lane(order, host, serving, listeners);
    } catch (error) {
      for (const listener of listeners) listener.close();
      throw error;
    }
  }

  private constructor(
    order: Order,
    host: LaneHost,
    serving: Serving,
    listeners: readonly Listener[],
  ) {
    const { log, scoreboard, addressTable } = host;
    const row = scoreboard.row(order.row);
    this.#retiring = serving.retiring;
    this.#draining = serving.draining;
    const timeouts = [order.idleTimeout, order.writeTimeout, serving.shortestTimeout]
      .filter((timeout) => timeout > 0);
    const context: ConnectionContext = {
      lane: order.lane,
      traffic: row,
      buffers: new Buffers(),
      deadlines: new Deadlines(timeouts.length > 0 ? Math.min(...timeouts) : 0),
      isFull: () => resources.isFull,
      retiring: this.#retiring.signal,
      draining: this.#draining.signal,
      idleTimeout: order.idleTimeout,
      writeTimeout: order.writeTimeout,
    };
    const addresses = addressTable === null || order.maxConnectionsPerIp === 0
      ? null
      : new AddressCounts(addressTable, row.index);
    const resources = new ResourceManager(order, { shared: scoreboard, lane: row, addresses });
    const recordEvent = record(log, row);
    const emit: Emit = (event) => {
      recordEvent(event);
      host.onEvent(event);
    };
    const connections = new Connections(context);
    this.addresses = listeners.map((listener) => listener.address);
    this.refusal = serving.refusal;
    this.#resources = resources;
    this.#connections = connections;
    this.#deadlines = context.deadlines;
    this.#accessLog = host.accessLog;
    this.#stopHeart = every(order.heartbeat, () => beat(row, host));
    beat(row, host);
    const isOneByOne = order.maxConnections === 1 && order.totalConnections > 1;
    const takeTurns = isOneByOne ? fewTurns : evenTurns;
    const turn = order.sharing === "shared" ? takeTurns(scoreboard, row, order.heartbeat) : null;
    this.#acceptors = listeners.map((listener, i) =>
      new Acceptor({
        listener,
        reopen: () => listen(order.addresses[i] ?? listener.address, order),
        onFull: (by) => this.#acceptors.forEach((other) => other !== by && other.pause()),
        resources,
        service: serving.service,
        connections,
        turn,
        overload: order.overload,
        refusal: serving.refusal,
        emit,
      })
    );
    this.#running = Promise.all(this.#acceptors.map((acceptor) => acceptor.run()));
  }

  /** Connections that are open. */
  get open(): number {
    return this.#resources.open;
  }

  /** Stops accepting, after what the kernel has queued. */
  async stopAccepting(): Promise<void> {
    await Promise.all(this.#acceptors.map((acceptor) => acceptor.stopAccepting()));
  }

  /** Steers the new clients of all its ports among the sockets of the lanes; whether it could. */
  setReuseportFilter(filter: ReuseportFilter | null): boolean {
    const ports = this.addresses.flatMap((one) => one.transport === "tcp" ? [one.port] : []);
    return ports.every((port) => setReuseportFilter(port, filter));
  }

  /** Leaves new clients to the other lanes; resolves when it takes none any more. */
  async retire(): Promise<void> {
    await Promise.all(this.#acceptors.map((acceptor) => acceptor.retire()));
    this.#retiring.abort();
  }

  /** Resolves when the last connection has ended, after the door was closed. */
  async end(): Promise<void> {
    await this.#running;
    await this.#connections.ended();
    this.#deadlines.stop();
    this.#stopHeart();
    this.#accessLog.flush();
  }

  /** Tells the connections to end, and resolves when all have. */
  async drain(): Promise<void> {
    this.#retiring.abort();
    this.#draining.abort();
    this.#resources.drain();
    // Nothing, where the door was closed before.
    await Promise.all(this.#acceptors.map((acceptor) => acceptor.retire()));
    await this.end();
  }

  /** Closes every connection at once. */
  closeConnections(): void {
    this.#connections.kill();
  }
}

/** A sign of life, and with it what is too dear to be counted at each event. */
function beat(row: Row, { memory, cpuTime }: LaneHost): void {
  row.set("heartbeat", clock());
  row.set("memory", memory());
  row.set("busy", cpuTime());
}
