import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
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
  readonly failures: unknown[] = [];
  readonly #pools = new ResourcePools(
    (counts) => this.counts = counts,
    (pool, error) => this.failures.push([pool, error]),
  );
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
  const { resource } = first;
  assert(resource !== second.resource);
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
  assertEquals(third.resource, resource);
  second[Symbol.dispose]();
  assertEquals(bench.counts, { resources: 2, leased: 1 });
});

Deno.test("a pool destroys resources that are discarded, or no longer good", async () => {
  await using bench = new Bench({});
  (await bench.pool.acquire()).discard();
  using second = await bench.pool.acquire();
  assertEquals(bench.made.map(({ isDestroyed }) => isDestroyed), [true, false]);
  const { resource } = second;
  resource.isGood = false;
  second[Symbol.dispose]();
  using third = await bench.pool.acquire();
  assert(third.resource !== resource);
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

Deno.test("pool() returns the same pool for a name", async () => {
  const pools = new ResourcePools(() => {});
  const { pool } = pools;
  const create = () => 1;
  assert(pool("a", { create, max: 1 }) === pool("a", { create, max: 1 }));
  assertThrows(
    () => pool("a", { create, max: 2 }),
    TypeError,
    'Cannot open the pool "a" again: expected max to be 1 as before, found 2',
  );
  assertThrows(() => pool("b", { create, max: 0 }), TypeError);
  // A pool with wrong options was not opened.
  (await pool("b", { create, max: 1 }).acquire())[Symbol.dispose]();
  await pools.close();
});

const WRONG: Readonly<Record<string, readonly [options: unknown, message: string]>> = {
  "no options": [
    undefined,
    "expected its options to be an object with create and max, found undefined",
  ],
  "no create": [{ max: 1 }, "expected create to be a function, found undefined"],
  "no max": [{ create() {} }, "expected max to be a whole number from 1, found undefined"],
  "a max of 0": [{ create() {}, max: 0 }, "expected max to be a whole number from 1, found 0"],
  "a destroy that is text": [
    { create() {}, max: 1, destroy: "end" },
    "expected destroy to be a function, found a string",
  ],
  "a check that is true": [
    { create() {}, max: 1, check: true },
    "expected check to be a function, found a boolean",
  ],
  "a negative timeout": [
    { create() {}, max: 1, acquireTimeout: -1 },
    "expected acquireTimeout to be milliseconds, or 0 for no limit, found -1",
  ],
  "a timeout that is text": [
    { create() {}, max: 1, idleTimeout: "5" },
    "expected idleTimeout to be milliseconds, or 0 for no limit, found a string",
  ],
  "an unknown option": [
    { create() {}, max: 1, maxIdle: 1 },
    "found the option maxIdle, expected none but create, destroy, check, max,",
  ],
};

for (const [what, [options, message]] of Object.entries(WRONG)) {
  Deno.test(`pool() refuses ${what}`, () => {
    const { pool } = new ResourcePools(() => {});
    assertThrows(
      () => pool("a", options as PoolOptions<unknown>),
      TypeError,
      `Cannot open the pool "a": ${message}`,
    );
  });
}

Deno.test("a timeout that no timer can hold is no limit", async () => {
  for (const acquireTimeout of [Infinity, 2 ** 40, 0]) {
    await using bench = new Bench({ acquireTimeout, idleTimeout: acquireTimeout, max: 1 });
    const lease = await bench.pool.acquire();
    const waiting = bench.pool.acquire();
    await delay(20);
    lease[Symbol.dispose]();
    (await waiting)[Symbol.dispose]();
  }
});

Deno.test("a lease that was returned no longer gives the resource, and discards nothing", async () => {
  await using bench = new Bench({});
  const lease = await bench.pool.acquire();
  lease[Symbol.dispose]();
  assertThrows(
    () => lease.resource,
    Error,
    'Cannot use a resource of "test": its lease was returned',
  );
  lease.discard();
  using second = await bench.pool.acquire();
  assertEquals(bench.made, [second.resource]);
});

Deno.test("a pool leases resources that are equal, or nothing at all", async () => {
  for (const resource of [7, 0, undefined]) {
    const bench = new Bench({ create: () => resource as unknown as Resource, check: () => true });
    const [first, second] = [await bench.pool.acquire(), await bench.pool.acquire()];
    assertEquals([first.resource, second.resource] as unknown[], [resource, resource]);
    second[Symbol.dispose]();
    first.discard();
    (await bench.pool.acquire())[Symbol.dispose]();
    assertEquals(bench.counts, { resources: 1, leased: 0 });
    await bench.close();
  }
});

Deno.test("a wait for a lease that the end of the pool cuts short says so", async () => {
  const bench = new Bench({ max: 1, acquireTimeout: 10_000 });
  const lease = await bench.pool.acquire();
  const waiting = assertRejects(() => bench.pool.acquire(), Error, "the pool is closed");
  // Until the pool has it.
  await delay(0);
  const closing = bench.close();
  await delay(0);
  lease[Symbol.dispose]();
  await waiting;
  await closing;
});

Deno.test("a pool says so if create does not finish in time", async () => {
  const { promise, resolve } = Promise.withResolvers<Resource>();
  await using bench = new Bench({ create: () => promise, acquireTimeout: 50 });
  const message = 'Cannot lease from "test" within 50 ms: create or check has not finished';
  await assertRejects(() => bench.pool.acquire(), Error, message);
  resolve(new Resource());
});

Deno.test("a destroy that throws is reported, and the resource is gone", async () => {
  const error = new Error("no");
  await using bench = new Bench({
    destroy() {
      throw error;
    },
  });
  (await bench.pool.acquire()).discard();
  (await bench.pool.acquire())[Symbol.dispose]();
  await bench.close();
  assertEquals(bench.failures, [["test", error], ["test", error]]);
  assertEquals(bench.counts, { resources: 0, leased: 0 });
});
