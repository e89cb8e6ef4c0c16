import { Acceptor } from "../../src/core/acceptor.ts";
import { AddressCounts, makeAddressTable } from "../../src/core/address_counts.ts";
import { Buffers } from "../../src/core/buffers.ts";
import { Connections } from "../../src/core/connections.ts";
import { Deadlines } from "../../src/core/deadlines.ts";
import type { ConnectionSummary, Event } from "../../src/core/event.ts";
import { listen, type Listener } from "../../src/core/listener.ts";
import { ResourceManager } from "../../src/core/resources.ts";
import { type Row, Scoreboard } from "../../src/lane/scoreboard.ts";
import type { Service } from "../../src/core/service.ts";
import { until } from "./until.ts";

/** What a test may set of an acceptor under test; times in milliseconds. */
export interface ServeOptions {
  readonly maxConnections?: number;
  readonly maxConnectionsPerIp?: number;
  readonly overload?: "wait" | "refuse";
  readonly refusal?: string | null;
  readonly idleTimeout?: number;
  readonly writeTimeout?: number;
  /** Wraps the real listener, for what the kernel does not do on demand. */
  readonly wrap?: (listener: Listener) => Listener;
}

/** An acceptor with a service on a real socket, and what it reported. */
export interface Serving extends AsyncDisposable {
  readonly port: number;
  readonly events: readonly Event[];
  readonly resources: ResourceManager;
  readonly row: Row;
  readonly buffers: Buffers;
  readonly acceptor: Acceptor;
  /** Aborts the connections' `draining`. */
  readonly draining: AbortController;
  /** The summaries so far, waiting until there are so many. */
  closed(count: number): Promise<readonly ConnectionSummary[]>;
}

/** A resource manager that is alone on its scoreboard. */
export function makeResources(limits: {
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
}): { resources: ResourceManager; row: Row } {
  const { maxConnections, maxConnectionsPerIp } = limits;
  const scoreboard = new Scoreboard();
  const row = scoreboard.row(0);
  const addresses = maxConnectionsPerIp === 0
    ? null
    : new AddressCounts(makeAddressTable(maxConnections), row.index);
  const resources = new ResourceManager(
    { ...limits, totalConnections: maxConnections },
    { shared: scoreboard, lane: row, addresses },
  );
  return { resources, row };
}

/** Serves on a port that the system picks. */
export async function serve(service: Service, options: ServeOptions = {}): Promise<Serving> {
  const real = await listen(
    { transport: "tcp", hostname: "127.0.0.1", port: 0 },
    { sharing: "own", takeOver: false, backlog: 128, unixMode: null },
  );
  if (real.address.transport !== "tcp") throw new Error("Wanted a TCP listener");
  const listener = options.wrap?.(real) ?? real;
  const events: Event[] = [];
  const { idleTimeout = 0, writeTimeout = 0 } = options;
  const limits = {
    maxConnections: options.maxConnections ?? 1000,
    maxConnectionsPerIp: options.maxConnectionsPerIp ?? 0,
  };
  const { resources, row } = makeResources(limits);
  const buffers = new Buffers();
  // A sweep as often as it can be: tests want to see deadlines soon.
  const deadlines = new Deadlines(1);
  const draining = new AbortController();
  const { signal } = draining;
  const connections = new Connections({
    lane: 0,
    traffic: row,
    buffers,
    deadlines,
    retiring: signal,
    isFull: () => false,
    draining: signal,
    idleTimeout,
    writeTimeout,
  });
  const acceptor = new Acceptor({
    listener,
    reopen: () => Promise.resolve(listener),
    onFull: () => {},
    resources,
    service,
    connections,
    turn: null,
    overload: options.overload ?? "wait",
    refusal: options.refusal ?? null,
    emit: (event) => events.push(event),
  });
  const running = acceptor.run();
  const summaries = () => events.flatMap((e) => e.type === "closed" ? [e.connection] : []);
  return {
    port: real.address.port,
    events,
    resources,
    row,
    buffers,
    acceptor,
    draining,
    closed: async (count) => {
      await until(`${count} connections are closed`, () => summaries().length >= count);
      return summaries();
    },
    [Symbol.asyncDispose]: async () => {
      await acceptor.stopAccepting();
      resources.drain();
      connections.kill();
      await connections.ended();
      await running;
      deadlines.stop();
    },
  };
}
