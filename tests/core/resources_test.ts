import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import { AddressCounts, AddressTables } from "../../src/core/address_counts.ts";
import { addressKey, Lease, Refusal, ResourceManager } from "../../src/core/resources.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { Tenancy } from "../../src/lane/tenancy.ts";
import { startThread } from "../helpers/on_thread.ts";

function lease(found: Lease | Refusal): Lease {
  assertInstanceOf(found, Lease);
  return found as Lease;
}

/** Lanes that share their limits; each may hold all connections. */
function makeLanes(count: number, totalConnections: number, maxConnectionsPerIp = 0) {
  const scoreboard = new Scoreboard();
  const tables = new AddressTables().reserve(totalConnections);
  const limits = { maxConnections: totalConnections, totalConnections, maxConnectionsPerIp };
  const lanes = Array.from({ length: count }, () => {
    const row = scoreboard.claim(0, 0);
    if (row === null) throw new Error("No row is free");
    const addresses = maxConnectionsPerIp === 0
      ? null
      : new AddressCounts(tables, row.index, totalConnections);
    const lane = new Tenancy(row, row.tenancy);
    const counts = { shared: scoreboard, lane, addresses };
    return { row, resources: new ResourceManager(limits, counts) };
  });
  const [first] = lanes;
  if (first === undefined) throw new Error("No lane was requested");
  return { scoreboard, one: first, two: lanes[1] ?? first };
}

/** A single lane. */
function makeResources(limits: { maxConnections: number; maxConnectionsPerIp: number }) {
  return makeLanes(1, limits.maxConnections, limits.maxConnectionsPerIp).one.resources;
}

Deno.test("ResourceManager.allocate() refuses beyond the total, until a lease is released", () => {
  const manager = makeResources({ maxConnections: 2, maxConnectionsPerIp: 0 });
  const first = lease(manager.allocate("a"));
  lease(manager.allocate("a"));
  assertEquals(manager.allocate("b"), new Refusal("total"));
  first.release();
  lease(manager.allocate("b"));
  assertEquals(manager.open, 2);
});

Deno.test("ResourceManager.allocate() counts by client address, if there is one", () => {
  const manager = makeResources({ maxConnections: 10, maxConnectionsPerIp: 1 });
  const first = lease(manager.allocate("a"));
  assertEquals(manager.allocate("a"), new Refusal("address"));
  lease(manager.allocate("b"));
  lease(manager.allocate(null));
  lease(manager.allocate(null));
  first.release();
  lease(manager.allocate("a"));
});

Deno.test("Lease.identify() counts a connection by an address that is known late, until its release", () => {
  const { one, two } = makeLanes(2, 10, 1);
  const first = lease(one.resources.allocate(null));
  const second = lease(two.resources.allocate(null));
  assert(first.identify("a") && !second.identify("a"));
  assertEquals(two.resources.allocate("a"), new Refusal("address"));
  second.release();
  first.release();
  const third = lease(two.resources.allocate(null));
  assert(third.identify("a"));
  assert(lease(one.resources.allocate(null)).identify(null), "there is nothing to count");
});

Deno.test("Lease.identify() counts nothing for a lane that was written off", () => {
  const { one, two } = makeLanes(2, 10, 1);
  const lost = lease(one.resources.allocate(null));
  one.row.evict();
  assert(!lost.identify("a"));
  assert(lease(two.resources.allocate(null)).identify("a"));
});

Deno.test("ResourceManager.allocate() enforces the total over two lanes, and counts what each has open", () => {
  const { scoreboard, one, two } = makeLanes(2, 3);
  const first = lease(one.resources.allocate("a"));
  lease(two.resources.allocate("a"));
  lease(one.resources.allocate("a"));
  assert(!one.resources.hasRoom && !two.resources.hasRoom);
  assertEquals(one.resources.allocate("a"), new Refusal("total"));
  assertEquals(two.resources.allocate("a"), new Refusal("total"));
  assertEquals([one.row.open, two.row.open, scoreboard.total], [2, 1, 3]);
  first.release();
  assert(two.resources.hasRoom);
  lease(two.resources.allocate("a"));
  assertEquals([one.row.open, two.row.open, scoreboard.total], [1, 2, 3]);
});

Deno.test("ResourceManager.allocate() enforces the limit per address over two lanes, and takes no place beyond it", () => {
  const { scoreboard, one, two } = makeLanes(2, 10, 2);
  lease(one.resources.allocate("a"));
  const second = lease(two.resources.allocate("a"));
  assertEquals(one.resources.allocate("a"), new Refusal("address"));
  assertEquals([one.row.open, two.row.open, scoreboard.total], [1, 1, 2]);
  lease(one.resources.allocate("b"));
  lease(one.resources.allocate(null));
  second.release();
  lease(one.resources.allocate("a"));
});

Deno.test("Lease.release() does not release twice once its lane is written off", () => {
  const { scoreboard, one } = makeLanes(1, 3);
  const first = lease(one.resources.allocate("a"));
  lease(one.resources.allocate("a"));
  scoreboard.close(one.row, "hung");
  first.release();
  assertEquals([one.row.open, scoreboard.total], [0, 0]);
});

Deno.test("a lane that lost its row neither opens nor closes connections of the next lane of that row", () => {
  const { scoreboard, one } = makeLanes(1, 3, 3);
  const [first] = [lease(one.resources.allocate("a")), lease(one.resources.allocate("a"))];
  scoreboard.close(one.row, "free");
  const next = scoreboard.claim(0, 0);
  assertEquals(next?.index, one.row.index);
  first.release();
  assertEquals([next?.open, scoreboard.total], [0, 0]);
  assertEquals(one.resources.allocate("b"), new Refusal("draining"));
  assertEquals([next?.open, scoreboard.total], [0, 0]);
});

Deno.test("Lease.release() works exactly once", () => {
  const manager = makeResources({ maxConnections: 1, maxConnectionsPerIp: 0 });
  const only = lease(manager.allocate("a"));
  only.release();
  assertThrows(() => only.release(), Error, "already released");
  assertEquals(manager.open, 0);
});

Deno.test("ResourceManager.drain() refuses every client and ends the waits for room", async () => {
  const manager = makeResources({ maxConnections: 1, maxConnectionsPerIp: 0 });
  lease(manager.allocate("a"));
  const waiting = [manager.room(), manager.leaseReturned()];
  manager.drain();
  await Promise.all(waiting);
  assertEquals(manager.allocate("b"), new Refusal("draining"));
});

Deno.test("ResourceManager.drain() ends the wait for room while other lanes hold all connections", async () => {
  const { one, two } = makeLanes(2, 1);
  lease(two.resources.allocate("a"));
  let isOver = false;
  const waiting = one.resources.room().then(() => isOver = true);
  one.resources.drain();
  await delay(0);
  assert(isOver, "the wait lasts until the next check");
  await waiting;
});

Deno.test("ResourceManager.room() waits for a release", async () => {
  const manager = makeResources({ maxConnections: 1, maxConnectionsPerIp: 0 });
  await manager.room();
  const only = lease(manager.allocate("a"));
  let isThere = false;
  const room = manager.room().then(() => isThere = true);
  await Promise.resolve();
  assert(!isThere);
  only.release();
  await room;
});

Deno.test("ResourceManager.room() wakes when another thread releases a connection", async () => {
  using thread = startThread();
  const { scoreboard, one, two } = makeLanes(2, 1);
  let shortest = Infinity;
  for (let i = 0; i < 5; i++) {
    // As if the thread served a client.
    scoreboard.addTotal(1);
    two.row.addOpen(1, two.row.tenancy);
    const start = performance.now();
    const room = one.resources.room();
    await thread.run({ type: "release", scoreboard: scoreboard.buffer, row: two.row.index });
    await room;
    shortest = Math.min(shortest, performance.now() - start);
    assert(one.resources.hasRoom);
  }
  // Without the other thread's notification, it would check once a second.
  assert(shortest < 900, `the shortest wait took ${Math.round(shortest)} ms`);
});

Deno.test("ResourceManager.room() does not leak when it wakes and finds no room", async () => {
  const WAKES = 200_000;
  let wakes = 0;
  const shared = {
    get total() {
      return wakes < WAKES ? 1 : 0;
    },
    addTotal: () => 0,
    get releases() {
      return wakes;
    },
    released: () => {
      wakes++;
      return Promise.resolve();
    },
  };
  const lane = { addOpen: () => true };
  const limits = { maxConnections: 1, totalConnections: 1, maxConnectionsPerIp: 0 };
  const manager = new ResourceManager(limits, { shared, lane, addresses: null });
  const before = Deno.memoryUsage().heapUsed;
  await manager.room();
  const grown = (Deno.memoryUsage().heapUsed - before) / WAKES;
  assertEquals(wakes, WAKES);
  // A retained promise takes hundreds of bytes; a collected one leaves some tens at most.
  assert(grown < 100, `each wake left ${Math.round(grown)} bytes`);
});

Deno.test("addressKey() gives an IPv4 client the same address through a dual-stack socket", () => {
  const tcp = (hostname: string) => addressKey({ transport: "tcp", hostname, port: 1 });
  assertEquals(tcp("::ffff:192.0.2.1"), "192.0.2.1");
  assertEquals(tcp("192.0.2.1"), "192.0.2.1");
  assertEquals(tcp("2001:db8::1"), "2001:db8::1");
  assertEquals(addressKey({ transport: "unix", path: "/x" }), null);
});
