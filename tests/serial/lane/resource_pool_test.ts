/** Pools of resources, while something blocks the event loop. */
import { assertEquals } from "@std/assert";
import { ResourcePools } from "../../../src/lane/resource_pool.ts";
import { Sending } from "../../helpers/stall.ts";

/** In milliseconds. */
const LIMIT = 100;

Deno.test("a pool leases a resource that was made in time, although the event loop was blocked", async () => {
  using sending = await Sending.prepare();
  const pools = new ResourcePools(() => {});
  let made = 0;
  const begun = Promise.withResolvers<void>();
  const pool = pools.pool("test", {
    max: 1,
    acquireTimeout: LIMIT,
    create() {
      made++;
      begun.resolve();
      return sending.received;
    },
  });
  const waiting = pool.acquire();
  await begun.promise;
  sending.arriveDuringStall(5 * LIMIT);
  using lease = await waiting;
  assertEquals([lease.resource, made], [1, 1]);
  lease[Symbol.dispose]();
  await pools.close();
});
