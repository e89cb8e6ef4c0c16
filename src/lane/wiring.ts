import type { Address } from "../base/address.ts";
import { workFor } from "../base/current_work.ts";
import { Acceptor } from "../core/acceptor.ts";
import { AddressCounts } from "../core/address_counts.ts";
import { Buffers } from "../core/buffers.ts";
import type { ConnectionContext } from "../core/connection_context.ts";
import { Connections } from "../core/connections.ts";
import { Deadlines } from "../core/deadlines.ts";
import type { Emit } from "../core/event.ts";
import type { Introductions } from "../core/introductions.ts";
import { listen, type Listener, type ListenOptions } from "../core/listener.ts";
import { ReadTurns } from "../core/read_turns.ts";
import { type ResourceLimits, ResourceManager } from "../core/resources.ts";
import type { Service } from "../core/service.ts";
import { turnFor } from "./accept_order.ts";
import { DialedTraffic } from "./dialed_traffic.ts";
import type { ProcessLoads } from "./process_loads.ts";
import type { Row } from "./row.ts";
import type { Scoreboard } from "./scoreboard.ts";
import type { Tenancy } from "./tenancy.ts";

/** The part of an order that the core needs: how a lane accepts, and its limits. Times are in milliseconds. */
export interface WiringOptions extends ListenOptions, ResourceLimits {
  /** The number of the lane, with which connection ids begin. */
  readonly lane: number;
  readonly addresses: readonly Address[];
  readonly overload: "wait" | "refuse";
  readonly idleTimeout: number;
  readonly writeTimeout: number;
  /** Whether it measures how long clients wait. */
  readonly measures: boolean;
  /** Time between two heartbeats. */
  readonly heartbeat: number;
}

/** Where a lane counts, shared with the other lanes of its process. */
export interface SharedCounts {
  readonly scoreboard: Scoreboard;
  /** The lane's own view of its row. */
  readonly row: Row;
  readonly tenancy: Tenancy;
  /** Returns the tables of client addresses of all lanes; at least one has room for `connections`. */
  readonly addressTables: (connections: number) => readonly SharedArrayBuffer[];
  /** The loads of other processes that accept from the same queue. */
  readonly loads?: ProcessLoads | null;
}

/** When the connections of a lane must end. */
export interface Ends {
  readonly retiring: AbortSignal;
  readonly draining: AbortSignal;
  /** The shortest timeout in use on the lane, in milliseconds; 0 if there is none. */
  readonly shortestTimeout: number;
}

/** How the acceptors of a lane serve or refuse clients. */
export interface Serving {
  readonly service: Service;
  /** The message to refused clients; null closes without one. */
  readonly refusal: string | null;
  /** null unless proxies introduce the clients. */
  readonly introductions: Introductions | null;
  readonly emit: Emit;
}

/** The parts of a lane below its service. */
export interface WiredLane {
  readonly connections: Connections;
  readonly resources: ResourceManager;
  readonly context: ConnectionContext;
  /** Makes an acceptor for each listener, in the order of the addresses. */
  makeAcceptors(listeners: readonly Listener[], serving: Serving): readonly Acceptor[];
  /** Ends what runs by itself, once there are no connections any more. */
  stop(): void;
}

/** Builds the parts of a lane below its service, which run until `stop()` is called. */
export function wireLane(options: WiringOptions, counts: SharedCounts, ends: Ends): WiredLane {
  const resources = makeResources(options, counts);
  const { retiring, draining, shortestTimeout } = ends;
  const context: ConnectionContext = {
    peer: "client",
    lane: options.lane,
    traffic: counts.row,
    waits: options.measures ? counts.row : null,
    buffers: new Buffers(),
    deadlines: new Deadlines(shortestTimeout),
    reads: new ReadTurns(),
    isFull: () => resources.isFull,
    retiring,
    draining,
    idleTimeout: options.idleTimeout,
    writeTimeout: options.writeTimeout,
  };
  const connections = new Connections(context, new DialedTraffic(counts.row));
  const turn = turnFor(options, counts.scoreboard, counts, counts.loads);
  return {
    connections,
    resources,
    context,
    makeAcceptors(listeners, serving) {
      const service: Service = (connection) => workFor(connection, serving.service);
      const acceptors: readonly Acceptor[] = listeners.map((listener, i) =>
        new Acceptor({
          listener,
          reopen: () => listen(options.addresses[i] ?? listener.address, options),
          onFull: (by) => acceptors.forEach((other) => other !== by && other.pause()),
          resources,
          connections,
          turn,
          overload: options.overload,
          ...serving,
          service,
        })
      );
      return acceptors;
    },
    stop() {
      context.deadlines.stop();
      context.reads.stop();
    },
  };
}

function makeResources(
  options: WiringOptions,
  { scoreboard, row, tenancy, addressTables }: SharedCounts,
): ResourceManager {
  const { totalConnections, maxConnectionsPerIp } = options;
  const addresses = maxConnectionsPerIp === 0
    ? null
    : new AddressCounts(addressTables(totalConnections), row.index, totalConnections);
  return new ResourceManager(options, { shared: scoreboard, lane: tenancy, addresses });
}
