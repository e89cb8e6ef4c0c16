import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { addressKey, Lease, Refusal } from "../../src/core/resources.ts";
import { makeResources } from "../helpers/lane.ts";

function lease(found: Lease | Refusal): Lease {
  assertInstanceOf(found, Lease);
  return found as Lease;
}

Deno.test("ResourceManager.allocate() refuses beyond the total, and after a release no more", () => {
  const { resources: manager } = makeResources({ maxConnections: 2, maxConnectionsPerIp: 0 });
  const first = lease(manager.allocate("a"));
  lease(manager.allocate("a"));
  assertEquals(manager.allocate("b"), new Refusal("total"));
  first.release();
  lease(manager.allocate("b"));
  assertEquals(manager.open, 2);
});

Deno.test("ResourceManager.allocate() counts by address where addresses are", () => {
  const { resources: manager } = makeResources({ maxConnections: 10, maxConnectionsPerIp: 1 });
  const first = lease(manager.allocate("a"));
  assertEquals(manager.allocate("a"), new Refusal("address"));
  lease(manager.allocate("b"));
  lease(manager.allocate(null));
  lease(manager.allocate(null));
  first.release();
  lease(manager.allocate("a"));
});

Deno.test("ResourceManager.drain() refuses all that comes and frees those who wait", async () => {
  const { resources: manager } = makeResources({ maxConnections: 1, maxConnectionsPerIp: 0 });
  lease(manager.allocate("a"));
  const waiting = manager.room();
  manager.drain();
  await waiting;
  assertEquals(manager.allocate("b"), new Refusal("draining"));
});

Deno.test("ResourceManager.room() waits for a release", async () => {
  const { resources: manager } = makeResources({ maxConnections: 1, maxConnectionsPerIp: 0 });
  await manager.room();
  const only = lease(manager.allocate("a"));
  let isThere = false;
  const room = manager.room().then(() => isThere = true);
  await Promise.resolve();
  assert(!isThere);
  only.release();
  await room;
});

Deno.test("Lease.release() is done exactly once", () => {
  const { resources: manager } = makeResources({ maxConnections: 1, maxConnectionsPerIp: 0 });
  const only = lease(manager.allocate("a"));
  only.release();
  assertThrows(() => only.release(), Error, "released before");
  assertEquals(manager.open, 0);
});

Deno.test("addressKey() takes an IPv4 client as one, also through a dual-stack socket", () => {
  const tcp = (hostname: string) => addressKey({ transport: "tcp", hostname, port: 1 });
  assertEquals(tcp("::ffff:192.0.2.1"), "192.0.2.1");
  assertEquals(tcp("192.0.2.1"), "192.0.2.1");
  assertEquals(tcp("2001:db8::1"), "2001:db8::1");
  assertEquals(addressKey({ transport: "unix", path: "/x" }), null);
});
