import { assert, assertEquals, assertThrows } from "@std/assert";
import { AddressCounts, AddressTables } from "../../src/core/address_counts.ts";

/** Where the entries begin, after the header, in bytes. */
const ENTRIES = 12;

function isEmpty(tables: readonly SharedArrayBuffer[]): boolean {
  // The owner and the count of an entry; the hashes between them may stay.
  return tables.every((table) =>
    new Int32Array(table, ENTRIES).every((value, i) => i % 4 === 1 || i % 4 === 2 || value === 0)
  );
}

/** Lanes that count in the same tables. */
function makeLanes(count: number, connections: number) {
  const tables = new AddressTables();
  const buffers = tables.reserve(connections);
  const lanes = Array.from(
    { length: count },
    (_, row) => new AddressCounts(buffers, row, connections),
  );
  const [one] = lanes;
  if (one === undefined) throw new Error("No lane was requested");
  return { tables, buffers, lanes, one, two: lanes[1] ?? one };
}

function randomAddress(): string {
  const [a, b, c, d, e] = crypto.getRandomValues(new Uint16Array(5));
  return (a ?? 0) % 2 === 0
    ? `${(b ?? 0) >> 8}.${(b ?? 0) & 255}.${(c ?? 0) >> 8}.${(c ?? 0) & 255}`
    : [0x2001, 0xdb8, b, c, d, e].map((part) => part?.toString(16)).join(":") + "::1";
}

Deno.test("AddressCounts.take() counts each address separately, and release() makes room again", () => {
  const { one: counts } = makeLanes(1, 100);
  assertEquals([1, 2, 3].map(() => counts.take("192.0.2.1", 2)), [true, true, false]);
  assertEquals([1, 2, 3].map(() => counts.take("::1", 2)), [true, true, false]);
  counts.release("192.0.2.1");
  assertEquals([1, 2].map(() => counts.take("192.0.2.1", 2)), [true, false]);
});

Deno.test("AddressCounts.take() enforces its limit over two lanes that share a table", () => {
  const { lanes, one, two } = makeLanes(2, 100);
  const taken = Array.from({ length: 10 }, (_, i) => lanes[i % 2]?.take("192.0.2.1", 5));
  assertEquals(taken.filter((isTaken) => isTaken).length, 5);
  one.release("192.0.2.1");
  assert(two.take("192.0.2.1", 5));
  assert(!one.take("192.0.2.1", 5));
});

Deno.test("AddressTables.clear() removes the counts of one lane, and none of another", () => {
  const { tables, buffers, one: gone, two: other } = makeLanes(2, 100);
  for (let i = 0; i < 50; i++) gone.take(`192.0.2.${i}`, 9);
  for (let i = 0; i < 3; i++) assert(gone.take("::1", 9) && other.take("::1", 9));
  tables.clear(0);
  assertEquals([1, 2, 3].map(() => other.take("::1", 5)), [true, true, false]);
  tables.clear(1);
  assert(isEmpty(buffers), "a count is left");
});

Deno.test("AddressCounts of a lane that was written off take no count from another lane", () => {
  for (const isHeld of [true, false]) {
    const { tables, buffers, lanes, one: gone } = makeLanes(3, 100);
    const [, other = gone, third = gone] = lanes;
    assert(gone.take("::1", 1));
    if (!isHeld) gone.release("::1");
    // The lane's thread may still run, and does not know of this.
    tables.clear(0);
    assert(other.take("::1", 1));
    gone.take("::1", 9);
    gone.release("::1");
    gone.release("::1");
    assertEquals(third.take("::1", 1), false, "a count was taken");
    other.release("::1");
    assert(isEmpty(buffers), "a count is left");
  }
});

Deno.test("AddressCounts leave nothing of 10,000 random addresses, whatever the order of release()", () => {
  const { buffers, lanes } = makeLanes(4, 10_000);
  const addresses = Array.from({ length: 10_000 }, randomAddress);
  const held: { lane: AddressCounts; address: string; order: number }[] = [];
  for (const address of addresses) {
    const lane = lanes[Math.floor(Math.random() * lanes.length)];
    if (lane?.take(address, 1000)) held.push({ lane, address, order: Math.random() });
  }
  assertEquals(held.length, addresses.length);
  assert(!isEmpty(buffers));
  for (const { lane, address } of held.sort((a, b) => a.order - b.order)) lane.release(address);
  assert(isEmpty(buffers), "a count is left");
});

Deno.test("AddressCounts confuses none of 100,000 addresses, whatever the seed", () => {
  const addresses = new Set<string>();
  // Neighbours in one network, and addresses that have nothing in common.
  for (let i = 0; addresses.size < 50_000; i++) {
    addresses.add(`10.${i >> 16}.${i >> 8 & 255}.${i & 255}`);
  }
  while (addresses.size < 100_000) addresses.add(randomAddress());
  for (let seed = 0; seed < 2; seed++) {
    const { one: counts } = makeLanes(1, addresses.size);
    for (const address of addresses) {
      assert(counts.take(address, 1), `${address} was confused with another`);
    }
  }
});

Deno.test("AddressCounts.take() refuses an address it has no entry for, and release() then does nothing", () => {
  const { buffers, one: counts } = makeLanes(1, 1);
  const addresses = Array.from({ length: 200 }, (_, i) => `192.0.2.${i}`);
  // A table has room for four times as many connections as it is made for, and for 64.
  assertEquals(addresses.filter((address) => counts.take(address, 1)).length, 64);
  for (const address of addresses) counts.release(address);
  assert(isEmpty(buffers), "a count is left");
});

Deno.test("AddressCounts.take() enforces a limit beyond the lanes that hold one connection each", () => {
  for (const [laneCount, limit] of [[84, 70], [1000, 999], [1000, 64]] as const) {
    const { tables, buffers, lanes } = makeLanes(laneCount, laneCount);
    const address = randomAddress();
    const others = Array.from({ length: 10 }, randomAddress);
    const taken = () => lanes.filter((lane) => lane.take(address, limit)).length;
    assertEquals(taken(), limit);
    for (const other of others) assert(lanes.some((lane) => lane.take(other, 1)));
    for (const lane of lanes) lane.release(address);
    assertEquals(taken(), limit, "after the first have left");
    lanes.forEach((_, row) => tables.clear(row));
    assert(isEmpty(buffers), "a count is left");
  }
});

Deno.test("AddressTables.reserve() adds a table for more connections, and none for fewer", () => {
  const tables = new AddressTables();
  const sizes = [1000, 10, 1000, 5000, 10].map((connections) => tables.reserve(connections).length);
  assertEquals(sizes, [1, 1, 1, 2, 2]);
  assertThrows(() => new AddressCounts(tables.reserve(10), 0, 100_000), RangeError, "no table");
});

Deno.test("AddressCounts of two generations enforce the limit together, whichever has more room", () => {
  const tables = new AddressTables();
  const addresses = Array.from({ length: 1000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const before = new AddressCounts(tables.reserve(10), 0, 10);
  const larger = new AddressCounts(tables.reserve(1000), 1, 1000);
  const smaller = new AddressCounts(tables.reserve(10), 2, 10);
  assert(before.take("::1", 3) && larger.take("::1", 3) && smaller.take("::1", 3));
  assert(!larger.take("::1", 3) && !smaller.take("::1", 3));
  before.release("::1");
  assert(larger.take("::1", 3) && !smaller.take("::1", 3));
  // These would fill the first table several times over; the second counts them all.
  for (const address of addresses) assert(larger.take(address, 1));
  for (const address of addresses) assert(!larger.take(address, 1), `${address} was not counted`);
});

Deno.test("AddressTables.reserve() seeds each table differently", () => {
  const seeds = Array.from(
    { length: 8 },
    () => new AddressTables().reserve(1).map((table) => new Int32Array(table, 0, 2).join())[0],
  );
  assertEquals(new Set(seeds).size, seeds.length);
});
