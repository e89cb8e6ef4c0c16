import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type PoolCounts, ResourcePools } from "../../src/lane/resource_pool.ts";
import type { PoolOptions } from "../../src/services/pool.ts";
import { until } from "../helpers/until.ts";

/** A resource that remembers whether it was destroyed. */
class Resource {
  isGood = true;
  isDestroyed = false;
}

/** A pool of such resources, all that it has made, and its counts. */
class Bench implements AsyncDisposable {
  readonly made: Resource[] = [];
  counts: PoolCounts = { resources: 0, leased: 0 };
  readonly #pools = new ResourcePools((counts) => this.counts = counts);
  readonly pool;

  constructor(options: Partial<PoolOptions<Resource>>) {
    this.pool = this.#pools.pool<Resource>("test", {
      create: () => {
        const resource = new Resource();
        this.made.push(resource);
        return resource;
      },
      destroy: (resource) => void (resource.isDestroyed = true),
      check: (resource) => resource.isGood,
      max: 2,
      acquireTimeout: 300,
      ...options,
    });
  }

  close(): Promise<void> {
    return this.#pools.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

Deno.test("a pool leases each resource to one user at a time, at most max of them", async () => {
  await using bench = new Bench({});
  const first = await bench.pool.acquire();
  const second = await bench.pool.acquire();
  assert(first.resource !== second.resource);
  assertEquals(bench.counts, { resources: 2, leased: 2 });
  await assertRejects(
    () => bench.pool.acquire(),
    Error,
    'Cannot lease from "test" within 300 ms: all 2 are leased',
  );
  const waiting = bench.pool.acquire();
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  using third = await waiting;
  assertEquals(third.resource, first.resource);
  second[Symbol.dispose]();
  assertEquals(bench.counts, { resources: 2, leased: 1 });
});

Deno.test("a pool destroys resources that are discarded, or no longer good", async () => {
  await using bench = new Bench({});
  (await bench.pool.acquire()).discard();
  using second = await bench.pool.acquire();
  assertEquals(bench.made.map(({ isDestroyed }) => isDestroyed), [true, false]);
  second.resource.isGood = false;
  second[Symbol.dispose]();
  using third = await bench.pool.acquire();
  assert(third.resource !== second.resource);
  assertEquals(bench.made.map(({ isDestroyed }) => isDestroyed), [true, true, false]);
  assertEquals(bench.counts, { resources: 1, leased: 1 });
});

Deno.test("a check that throws counts as one that fails", async () => {
  let checks = 0;
  const check = () => {
    if (checks++ === 1) throw new Error("gone");
    return true;
  };
  await using bench = new Bench({ check });
  (await bench.pool.acquire())[Symbol.dispose]();
  using _lease = await bench.pool.acquire();
  assertEquals(bench.made.map(({ isDestroyed }) => isDestroyed), [true, false]);
});

Deno.test("a pool tries to create again until the acquire timeout, then says why it could not", async () => {
  let failures = 1;
  const create = () => {
    if (failures-- > 0) throw new Error("connection refused");
    return new Resource();
  };
  await using bench = new Bench({ create, acquireTimeout: 2000 });
  (await bench.pool.acquire())[Symbol.dispose]();
  await using broken = new Bench({
    create: () => Promise.reject(new Error("connection refused")),
  });
  const message = 'Cannot lease from "test" within 300 ms: connection refused';
  await assertRejects(() => broken.pool.acquire(), Error, message);
});

Deno.test("a pool destroys resources that nobody has used for a while", async () => {
  await using bench = new Bench({ idleTimeout: 100 });
  (await bench.pool.acquire())[Symbol.dispose]();
  await until("the resource is destroyed", () => bench.made[0]?.isDestroyed === true);
  assertEquals(bench.counts, { resources: 0, leased: 0 });
});

Deno.test("closing waits for leases, destroys all resources, and leases no more", async () => {
  const bench = new Bench({});
  const lease = await bench.pool.acquire();
  (await bench.pool.acquire())[Symbol.dispose]();
  let isClosed = false;
  const closing = bench.close().then(() => isClosed = true);
  await assertRejects(() => bench.pool.acquire(), Error, "the pool is closed");
  assertEquals(isClosed, false);
  lease[Symbol.dispose]();
  await closing;
  assertEquals(bench.made.map(({ isDestroyed }) => isDestroyed), [true, true]);
  assertEquals(bench.counts, { resources: 0, leased: 0 });
});

Deno.test("pool() returns the same pool for a name, and refuses wrong options", () => {
  const { pool } = new ResourcePools(() => {});
  const options = { create: () => 1, max: 1 };
  assert(pool("a", options) === pool("a", options));
  assertThrows(() => pool("b", { ...options, max: 0 }), TypeError, "expected max to be a whole");
  assertThrows(
    () => pool("c", { ...options, acquireTimeout: -1 }),
    TypeError,
    'Cannot open the pool "c": expected acquireTimeout to be milliseconds',
  );
});
