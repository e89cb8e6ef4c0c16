import { assertEquals, assertThrows } from "@std/assert";
import { getLogger } from "@logtape/logtape";
import type { Order } from "../../src/lane/order.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { Balancing } from "../../src/server/balancing.ts";
import { prepare } from "../../src/server/prepare.ts";
import type { Settings } from "../../src/settings/options.ts";
import { LanePool } from "../../src/supervision/lane_pool.ts";
import { settingsWith } from "../helpers/settings.ts";

const log = {
  logger: getLogger(["sluice", "test"]),
  style: { level: "info", isText: false, isColoured: false, columns: null },
} as const;
const listeners = {
  addresses: [{ transport: "tcp", hostname: "127.0.0.1", port: 8000 }],
  setUserTimeout() {},
  clientsWaiting: () => null,
  loads: () => null,
  close() {},
} as const;

/** The order of a lane, as its place receives it. */
async function orderOf(given: Partial<Settings>): Promise<Order> {
  const prepared = await prepare(
    await settingsWith(given),
    log,
    listeners,
    new Balancing(log.logger),
    null,
  );
  const orders: Order[] = [];
  const pool = new LanePool({
    place: (order) => {
      orders.push(order);
      throw new Error("No lane is started");
    },
    scoreboard: new Scoreboard(),
    log: log.logger,
    settings: prepared.supervision,
    onGone: () => {},
  });
  assertThrows(() =>
    pool.launch({ number: 0, plan: prepared.plan, work: prepared.work, startTimeout: 0 }, false)
  );
  const [order] = orders;
  if (order === undefined) throw new Error("The place received no order");
  return order;
}

const KEYS = [
  "addresses",
  "backlog",
  "generation",
  "gracefulTimeout",
  "groups",
  "heartbeat",
  "idleTimeout",
  "inherited",
  "lane",
  "loads",
  "log",
  "maxConnections",
  "maxConnectionsPerIp",
  "maxLanes",
  "measures",
  "mode",
  "options",
  "overload",
  "row",
  "sampling",
  "sandbox",
  "service",
  "sharing",
  "spanTarget",
  "spare",
  "startTimeout",
  "takeOver",
  "tenancy",
  "totalConnections",
  "trustedProxies",
  "unixMode",
  "workerTimeout",
  "writeTimeout",
];

const HTTP_KEYS = [
  "accessLog",
  "accessLogFormat",
  "bodyTimeout",
  "compress",
  "headerTimeout",
  "idleTimeout",
  "keepAlive",
  "maxBodySize",
  "maxHeaderSize",
  "maxHeaders",
  "maxKeepAliveRequests",
  "requestTimeout",
  "root",
  "trustedProxies",
];

for (const mode of ["single", "async", "threaded", "pooled", "forked"] as const) {
  Deno.test(`--mode ${mode}: an order carries the settings that lanes read, and no others`, async () => {
    const order = await orderOf({ mode, service: "echo" });
    assertEquals(Object.keys(order).sort(), KEYS);
    assertEquals(order.options, {});
  });
}

Deno.test("an order carries the options that its service declares, and no others", async () => {
  const http = await orderOf({ service: "http", maxHeaders: 7 });
  assertEquals(Object.keys(http.options).sort(), [...HTTP_KEYS, "lab"].sort());
  assertEquals(http.options.maxHeaders, 7);
  const handler = await orderOf({ handler: new URL(import.meta.url).pathname });
  assertEquals(Object.keys(handler.options).sort(), HTTP_KEYS);
});

Deno.test("an order survives structured clone and JSON", async () => {
  const order = await orderOf({ mode: "pooled" });
  assertEquals(structuredClone(order), order);
  assertEquals(JSON.parse(JSON.stringify(order)), order);
});
