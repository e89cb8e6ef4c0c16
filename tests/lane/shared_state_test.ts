import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Allocate, SharedMemory, sharedState } from "../../src/lane/shared_state.ts";
import { type Memory, NAME } from "../helpers/thread_worker.ts";
import { startThread } from "../helpers/on_thread.ts";
import { KEPT } from "../helpers/tenancy.ts";

Deno.test("SharedMemory.allocate() returns the same memory for the same name, initially zero", () => {
  const memory = new SharedMemory();
  const buffer = memory.allocate("a", 8);
  assertEquals([...new Uint8Array(buffer)], [0, 0, 0, 0, 0, 0, 0, 0]);
  assert(memory.allocate("a", 8) === buffer);
  assert(memory.allocate("b", 8) !== buffer);
  assert(new SharedMemory().allocate("a", 8) !== buffer);
});

Deno.test("SharedMemory.allocate() throws for a size that is invalid or differs from the first", () => {
  const memory = new SharedMemory();
  memory.allocate("a", 8);
  assertThrows(() => memory.allocate("a", 4), RangeError, "expected 8");
  for (const size of [0, -1, 1.5, NaN]) {
    assertThrows(() => memory.allocate("b", size), RangeError, `a size of ${size}`);
  }
});

/** Keeps the event loop alive, as a lane's heartbeats do: waiting for a lock does not. */
function stayAwake(): Disposable {
  const timer = setInterval(() => {}, 100);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Memory in which a lane has allocated a lock and a number. */
async function prepare() {
  const memory = new SharedMemory();
  const names: Record<string, SharedArrayBuffer> = {};
  const allocate: Allocate = (name, bytes) =>
    Promise.resolve(names[name] = memory.allocate(name, bytes));
  const lane = (number: number) => sharedState(number, allocate, KEPT);
  const number = new Int32Array(await lane(0).shared(NAME, 4));
  (await lane(0).lock(NAME))[Symbol.dispose]();
  return { memory, names: names as Memory, lane, number };
}

type Locks = Pick<ReturnType<typeof sharedState>, "lock">;

/** Asserts that a lane gets the lock when it is released, and not before. */
async function waitsFor(held: Disposable, lane: Locks, other: Locks): Promise<void> {
  let isTaken = false;
  const waiter = lane.lock(NAME).then((taken) => {
    isTaken = true;
    return taken;
  });
  // Give the waiter a chance to run.
  for (const name of ["a", "b", "c"]) (await other.lock(name))[Symbol.dispose]();
  assert(!isTaken, "two lanes hold the lock");
  held[Symbol.dispose]();
  (await waiter)[Symbol.dispose]();
}

Deno.test("lock() excludes other threads: four of them add a thousand times each, and nothing is lost", async () => {
  const { names, number } = await prepare();
  const threads = Array.from({ length: 4 }, () => startThread());
  try {
    await Promise.all(
      threads.map((thread, lane) => thread.run({ type: "add", lane, memory: names, times: 1000 })),
    );
  } finally {
    for (const thread of threads) thread[Symbol.dispose]();
  }
  assertEquals(number[0], 4000);
});

Deno.test("lock() excludes other connections of its lane, until it is disposed of", async () => {
  using _awake = stayAwake();
  const { lane } = await prepare();
  const { lock } = lane(3);
  const order: string[] = [];
  const holder = await lock("other");
  const waiter = lock("other").then((held) => {
    order.push("taken");
    return held;
  });
  await Promise.resolve();
  order.push("disposed");
  holder[Symbol.dispose]();
  holder[Symbol.dispose]();
  using _held = await waiter;
  assertEquals(order, ["disposed", "taken"]);
});

Deno.test("lock() disposed of twice does not release the lock of a later holder", async () => {
  using _awake = stayAwake();
  const { lane } = await prepare();
  const first = await lane(1).lock(NAME);
  first[Symbol.dispose]();
  const second = await lane(1).lock(NAME);
  first[Symbol.dispose]();
  await waitsFor(second, lane(1), lane(2));
});

Deno.test("lock() uses memory that shared() cannot reach by the same name", async () => {
  const { lane } = await prepare();
  using _held = await lane(1).lock("mine");
  const buffer = await lane(1).shared("mine", 64);
  assertEquals(buffer.byteLength, 64);
});

Deno.test("shared() rejects a name that is reserved for locks", async () => {
  const { lane } = await prepare();
  await assertRejects(() => lane(0).shared(`\0lock ${NAME}`, 4), RangeError, "reserved for locks");
});

Deno.test("shared() rejects what is no name and no size before it asks for memory", async () => {
  const { shared } = sharedState(0, () => Promise.reject(new Error("asked")), KEPT);
  for (const bytes of [0, -1, NaN, 1.5, 2 ** 53, undefined as unknown as number]) {
    await assertRejects(() => shared(NAME, bytes), RangeError, "expected 1 byte or more");
  }
  const name = undefined as unknown as string;
  await assertRejects(() => shared(name, 8), TypeError, "expected text");
});

Deno.test("shared() rejects a different size", async () => {
  const memory = new SharedMemory();
  const allocate: Allocate = (name, bytes) =>
    Promise.resolve().then(() => memory.allocate(name, bytes));
  const { shared } = sharedState(0, allocate, KEPT);
  await shared("a", 4);
  await assertRejects(() => shared("a", 8), RangeError);
});

Deno.test("unlockAll() releases the locks of a thread that died, and wakes the waiters", async () => {
  const { memory, names, lane } = await prepare();
  let shortest = Infinity;
  for (let dead = 10; dead < 15; dead++) {
    const thread = startThread();
    await thread.run({ type: "lock", lane: dead, memory: names });
    const start = performance.now();
    const waiter = lane(1).lock(NAME);
    thread[Symbol.dispose]();
    memory.unlockAll(dead);
    (await waiter)[Symbol.dispose]();
    shortest = Math.min(shortest, performance.now() - start);
  }
  // Without a notification, it would check once a second.
  assert(shortest < 900, `the shortest wait took ${Math.round(shortest)} ms`);
});

Deno.test("lock() keeps no lock that a lane takes after its end, when unlockAll() has been called", async () => {
  using _awake = stayAwake();
  const { memory, lane } = await prepare();
  const allocate: Allocate = (name, bytes) => Promise.resolve(memory.allocate(name, bytes));
  let isOver = false;
  const { lock } = sharedState(7, allocate, { holds: () => !isOver });
  (await lock("mine"))[Symbol.dispose]();
  isOver = true;
  memory.unlockAll(7);
  const late = lock("mine");
  await assertRejects(() => late, Error, "the worker is over");
  (await lane(8).lock("mine"))[Symbol.dispose]();
});

Deno.test("unlockAll() leaves the locks of others alone", async () => {
  using _awake = stayAwake();
  const { memory, lane } = await prepare();
  const held = await lane(1).lock(NAME);
  memory.unlockAll(2);
  await waitsFor(held, lane(2), lane(3));
});

Deno.test("SharedMemory.allocate() refuses a lock of another size, which nobody could release", () => {
  const memory = new SharedMemory();
  assertThrows(() => memory.allocate("\0lock x", 3), RangeError, "Cannot lock");
  memory.allocate("\0lock x", 4);
  memory.unlockAll(0);
});
