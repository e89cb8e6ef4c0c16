import type { Acceptor } from "../../src/core/acceptor.ts";
import { AddressTables } from "../../src/core/address_counts.ts";
import type { Buffers } from "../../src/core/buffers.ts";
import type { Connections } from "../../src/core/connections.ts";
import type { ConnectionSummary, Event } from "../../src/core/event.ts";
import { Introductions } from "../../src/core/introductions.ts";
import { listen, type Listener } from "../../src/core/listener.ts";
import type { ResourceManager } from "../../src/core/resources.ts";
import type { Service } from "../../src/core/service.ts";
import type { Row } from "../../src/lane/row.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { Tenancy } from "../../src/lane/tenancy.ts";
import { wireLane } from "../../src/lane/wiring.ts";
import { until } from "./until.ts";

/** Options of an acceptor under test; times are in milliseconds. */
export interface ServeOptions {
  readonly maxConnections?: number;
  /** Those of all lanes; as many as those of this one unless given. */
  readonly totalConnections?: number;
  readonly maxConnectionsPerIp?: number;
  readonly overload?: "wait" | "refuse";
  readonly refusal?: string | null;
  /** The networks of the proxies that introduce clients; null, the default, if none do. */
  readonly trustedProxies?: readonly string[] | null;
  readonly idleTimeout?: number;
  readonly writeTimeout?: number;
  /** Wraps the real listener, to simulate what the kernel does not do on demand. */
  readonly wrap?: (listener: Listener) => Listener;
}

/** A lane without a server around it: an acceptor with a service on a real socket, and what it reported. */
export interface Serving extends AsyncDisposable {
  readonly port: number;
  readonly events: readonly Event[];
  readonly resources: ResourceManager;
  /** Tracks dialed connections. */
  readonly connections: Connections;
  readonly row: Row;
  readonly buffers: Buffers;
  readonly acceptor: Acceptor;
  /** Aborts the connections' `draining`. */
  readonly draining: AbortController;
  /** Waits until `count` connections are closed; returns the summaries of all so far. */
  closed(count: number): Promise<readonly ConnectionSummary[]>;
}

/** Serves on a port that the system picks. */
export async function serve(service: Service, options: ServeOptions = {}): Promise<Serving> {
  const { wrap = (listener) => listener, refusal = null, trustedProxies = null } = options;
  const { wired, row, draining } = wire(options);
  const address = { transport: "tcp", hostname: "127.0.0.1", port: 0 } as const;
  const listener = await listen(address, LISTEN);
  if (listener.address.transport !== "tcp") throw new Error("Expected a TCP listener");
  const events: Event[] = [];
  const emit = (event: Event) => void events.push(event);
  const introductions = trustedProxies === null
    ? null
    : new Introductions({ trusted: trustedProxies, refusal, emit });
  const serving = { service, refusal, introductions, emit };
  const [acceptor] = wired.makeAcceptors([wrap(listener)], serving);
  if (acceptor === undefined) throw new Error("There is no acceptor");
  const running = acceptor.run();
  const summaries = () => events.flatMap((e) => e.type === "closed" ? [e.connection] : []);
  const { connections, resources, context } = wired;
  return {
    port: listener.address.port,
    events,
    resources,
    connections,
    row,
    buffers: context.buffers,
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
      wired.stop();
    },
  };
}

const LISTEN = { sharing: "own", takeOver: false, backlog: 128, unixMode: null } as const;

/** The only lane on a scoreboard. */
function wire(options: ServeOptions) {
  const { maxConnections = 1000, maxConnectionsPerIp = 0, overload = "wait" } = options;
  const { idleTimeout = 0, writeTimeout = 0, totalConnections = maxConnections } = options;
  const scoreboard = new Scoreboard();
  const row = scoreboard.row(0);
  const tenancy = new Tenancy(row, row.tenancy);
  const draining = new AbortController();
  const wired = wireLane(
    {
      ...LISTEN,
      ...{
        lane: 0,
        addresses: [],
        overload,
        idleTimeout,
        writeTimeout,
        heartbeat: 1000,
        measures: false,
      },
      ...{ maxConnections, totalConnections, maxConnectionsPerIp },
    },
    { scoreboard, row, tenancy, addressTables: (count) => new AddressTables().reserve(count) },
    // Swept as often as possible, so that tests need not wait for deadlines.
    { retiring: draining.signal, draining: draining.signal, shortestTimeout: 1 },
  );
  return { wired, row, draining };
}
