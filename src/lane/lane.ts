import type { Address } from "../base/address.ts";
import { shortest } from "../base/timeouts.ts";
import type { Emit } from "../core/event.ts";
import type { ForeignSockets } from "../core/foreign_sockets.ts";
import type { ReuseportFilter } from "../core/reuseport_filter.ts";
import type { Threshold } from "../log/level.ts";
import type { LineBuffer } from "../log/line_buffer.ts";
import type { Logger } from "../log/logger.ts";
import type { ImportModule } from "../services/handler/handler_file.ts";
import { findService } from "../services/registry.ts";
import type { ServiceDefinition } from "../services/service.ts";
import type { BackendMemory } from "./backends.ts";
import { record } from "./events.ts";
import { beatWhileStarting, startHeartbeat } from "./heartbeats.ts";
import { introductionsOf } from "./introductions.ts";
import { LaneClients } from "./lane_clients.ts";
import { LaneService, optionsOf } from "./lane_service.ts";
import { Listening } from "./listening.ts";
import type { Order } from "./order.ts";
import { type FlushSpans, prepareSpans } from "./spans.ts";
import type { ProcessLoads } from "./process_loads.ts";
import type { Row } from "./row.ts";
import type { Scoreboard } from "./scoreboard.ts";
import type { Allocate } from "./shared_state.ts";
import { Tenancy } from "./tenancy.ts";
import { type Serving, type WiredLane, wireLane } from "./wiring.ts";

/** What a place provides to its lanes. */
export interface LaneHost {
  readonly log: Logger;
  /** Which records are logged at present. */
  readonly threshold: Threshold;
  /** Takes records as lines in the style of the order, in their order with those of the log. */
  readonly addLine: (line: string) => void;
  readonly accessLog: LineBuffer;
  readonly scoreboard: Scoreboard;
  /** Returns the tables of client addresses of the process; at least one has room for `connections`. */
  readonly addressTables: (connections: number) => readonly SharedArrayBuffer[];
  /** The loads of other processes that accept from the same queue; only in a process. */
  readonly loads?: ProcessLoads | null;
  readonly allocate: Allocate;
  /** The memory of a lane that balances; null in a server that does not. */
  readonly backends: (lane: number) => BackendMemory | null;
  importHandler(path: string, generation: number): ReturnType<ImportModule>;
  /** Memory attributed to the lane, in bytes: the heap of its thread, or its whole process. */
  readonly memory: () => number;
  /** Processor time of the lane's thread, in milliseconds. */
  readonly cpuTime: () => number;
  /** Called with each event after it is recorded. */
  readonly onEvent: Emit;
}

/** The parts of an open lane. */
interface LaneParts {
  readonly wired: WiredLane;
  readonly listening: Listening;
  readonly serving: Serving;
  readonly service: LaneService;
  readonly clients: LaneClients;
  readonly accessLog: LineBuffer;
  /** null if the lane sends no spans. */
  readonly flushSpans: FlushSpans | null;
  readonly retiring: AbortController;
  readonly draining: AbortController;
  readonly stopHeartbeat: () => void;
}

/** One service, an acceptor for each of its addresses, and the connections they serve. */
export class Lane {
  /** The bound addresses. */
  readonly addresses: readonly Address[];
  /** The message to clients while the server is full; null if the service has none. */
  readonly refusal: string | null;
  /** The file descriptors of listening sockets that the process has to itself. */
  readonly sockets: readonly number[];
  readonly clients: LaneClients;
  readonly #parts: LaneParts;
  readonly #running: Promise<unknown>;
  #ended: Promise<void> | null = null;

  /**
   * Loads the service and binds all addresses of the order, or none. Sends heartbeats
   * from the beginning.
   *
   * @param giveUp Aborts if the lane is no longer wanted: then it fails as soon as it
   * can, without having accepted anyone.
   * @throws {ExitError} If the service cannot be loaded or an address cannot be bound.
   */
  static async open(order: Order, host: LaneHost, giveUp?: AbortSignal): Promise<Lane> {
    const row = host.scoreboard.ownRow(order.row);
    const tenancy = new Tenancy(row, order.tenancy);
    const stopHeartbeat = beatWhileStarting(tenancy);
    giveUp?.addEventListener("abort", stopHeartbeat);
    try {
      return await Lane.#load(order, host, { row, tenancy }, giveUp);
    } finally {
      stopHeartbeat();
    }
  }

  static async #load(
    order: Order,
    host: LaneHost,
    own: { readonly row: Row; readonly tenancy: Tenancy },
    giveUp: AbortSignal | undefined,
  ): Promise<Lane> {
    const flushSpans = await prepareSpans(order, host.log);
    const importModule = (path: string) => host.importHandler(path, order.generation);
    const definition = await findService(order.service, importModule);
    giveUp?.throwIfAborted();
    const retiring = new AbortController();
    const draining = new AbortController();
    const signals = { retiring: retiring.signal, draining: draining.signal };
    const wired = wireLane(order, { ...host, ...own }, {
      ...signals,
      shortestTimeout: shortestTimeout(order, definition),
    });
    const { connections, context } = wired;
    let listening: Listening | null = null;
    let service: LaneService | null = null;
    try {
      service = await LaneService.start(definition, order, { ...host, ...own, connections });
      listening = await Listening.bind(order, giveUp);
      const refusal = definition.refusalWith?.(optionsOf(order)) ?? definition.refusal;
      const emit = makeEmit(order, own.row, host);
      const introductions = await introductionsOf(order, refusal, emit);
      return new Lane({
        wired,
        listening,
        serving: { service: service.serve, refusal, introductions, emit },
        service,
        clients: new LaneClients(connections, context.deadlines.quick, host.log),
        accessLog: host.accessLog,
        flushSpans,
        retiring,
        draining,
        stopHeartbeat: startHeartbeat(order.heartbeat, own.tenancy, host),
      });
    } catch (error) {
      listening?.close();
      await service?.stop();
      connections.kill();
      wired.stop();
      throw error;
    }
  }

  private constructor(parts: LaneParts) {
    const { wired, listening, serving } = parts;
    this.addresses = listening.addresses;
    this.sockets = listening.sockets;
    this.refusal = serving.refusal;
    this.clients = parts.clients;
    this.#parts = parts;
    this.#running = listening.accept((listeners) => wired.makeAcceptors(listeners, serving));
  }

  /** The number of open connections. */
  get open(): number {
    return this.#parts.wired.resources.open;
  }

  /**
   * Gives the lane's Unix sockets their names, which replaces those of the lane before it.
   *
   * @throws {ExitError} 73 if that fails.
   */
  takeOver(): void {
    this.#parts.listening.takeOver();
  }

  /** Accepts what the kernel has queued, then closes the listeners. */
  async stopAccepting(): Promise<void> {
    await this.#parts.listening.stopAccepting();
  }

  /** Sets the reuseport filter of all ports; false if that fails. */
  setReuseportFilter(filter: ReuseportFilter | null): boolean {
    return this.#parts.listening.setReuseportFilter(filter);
  }

  /** Accepts the clients of another process, which is blocked; false if that fails. */
  relieve(sockets: ForeignSockets): Promise<boolean> {
    return this.#parts.listening.relieve(sockets);
  }

  /** Leaves its clients to the other process again or, if that is gone, to all others. */
  endRelief(pid: number, isGone: boolean): Promise<void> {
    return this.#parts.listening.endRelief(pid, isGone);
  }

  /** Leaves new clients to other lanes; resolves when accepting has stopped, before {@linkcode ended}. */
  async retire(): Promise<void> {
    await this.#parts.listening.retire();
    this.#parts.retiring.abort();
  }

  /** Resolves when accepting has stopped, the last connection has ended, and the service has stopped. */
  ended(): Promise<void> {
    return this.#ended ??= this.#end();
  }

  async #end(): Promise<void> {
    const { wired } = this.#parts;
    const { connections } = wired;
    await this.#running;
    await connections.emptied();
    await this.#parts.service.stop();
    await this.#parts.flushSpans?.();
    await connections.ended();
    wired.stop();
    this.#parts.stopHeartbeat();
    this.#parts.accessLog.flush();
  }

  /** Tells the connections to end; resolves when all have. */
  async drain(): Promise<void> {
    const { retiring, draining, wired, listening } = this.#parts;
    retiring.abort();
    draining.abort();
    wired.resources.drain();
    // No effect on acceptors that have already stopped.
    await listening.retire();
    await this.ended();
  }

  /** Closes every connection at once. Each has its record soon, though its service may never return. */
  closeConnections(): void {
    this.#parts.service.reportCutShort();
    this.clients.closeAll();
  }
}

/** The shortest timeout in use on the lane, in milliseconds; 0 if there is none. */
function shortestTimeout(order: Order, definition: ServiceDefinition): number {
  const own = definition.shortestTimeout?.(optionsOf(order)) ?? 0;
  return shortest([order.idleTimeout, order.writeTimeout, own]);
}

function makeEmit(order: Order, row: Row, { onEvent, ...host }: LaneHost): Emit {
  const recordEvent = record({ ...host, style: order.log, row });
  return (event) => {
    recordEvent(event);
    onEvent(event);
  };
}
