import type { Order } from "../../src/lane/order.ts";

/** An order for an echo service on a port that the system picks, without timeouts. */
export function makeOrder(given: Partial<Order>): Order {
  return {
    lane: 0,
    generation: 0,
    row: 0,
    tenancy: 0,
    mode: "async",
    service: { kind: "service", name: "echo" },
    options: {},
    groups: null,
    sandbox: false,
    addresses: [{ transport: "tcp", hostname: "127.0.0.1", port: 0 }],
    sharing: "reusePort",
    takeOver: false,
    backlog: 128,
    unixMode: null,
    trustedProxies: null,
    maxConnections: 1000,
    totalConnections: 1000,
    maxConnectionsPerIp: 0,
    overload: "wait",
    idleTimeout: 0,
    writeTimeout: 0,
    gracefulTimeout: 0,
    startTimeout: 0,
    workerTimeout: 0,
    heartbeat: 500,
    spare: 0,
    maxLanes: 1,
    log: { level: "info", isText: false, isColoured: false, columns: null },
    ...given,
  };
}
