import { assert, assertEquals } from "@std/assert";
import { AddressCounts, makeAddressTable } from "../../src/core/address_counts.ts";

/** Where the entries begin, after the seeds. */
const ENTRIES = 8;

function isEmpty(table: SharedArrayBuffer): boolean {
  const entries = new Int32Array(table, ENTRIES);
  // Who holds an entry, and how often: what is between them may stay.
  return entries.every((value, i) => i % 4 === 1 || i % 4 === 2 || value === 0);
}

function randomAddress(): string {
  const [a, b, c, d, e] = crypto.getRandomValues(new Uint16Array(5));
  return (a ?? 0) % 2 === 0
    ? `${(b ?? 0) >> 8}.${(b ?? 0) & 255}.${(c ?? 0) >> 8}.${(c ?? 0) & 255}`
    : [0x2001, 0xdb8, b, c, d, e].map((part) => part?.toString(16)).join(":") + "::1";
}

Deno.test("AddressCounts.take() counts each address alone, and giveBack() makes room again", () => {
  const counts = new AddressCounts(makeAddressTable(100), 0);
  assertEquals([1, 2, 3].map(() => counts.take("192.0.2.1", 2)), [true, true, false]);
  assertEquals([1, 2, 3].map(() => counts.take("::1", 2)), [true, true, false]);
  counts.giveBack("192.0.2.1");
  assertEquals([1, 2].map(() => counts.take("192.0.2.1", 2)), [true, false]);
});

Deno.test("AddressCounts.take() holds its limit over two lanes that see one table", () => {
  const table = makeAddressTable(100);
  const lanes = [new AddressCounts(table, 0), new AddressCounts(table, 1)] as const;
  const taken = Array.from({ length: 10 }, (_, i) => lanes[i % 2]?.take("192.0.2.1", 5));
  assertEquals(taken.filter((isTaken) => isTaken).length, 5);
  lanes[0].giveBack("192.0.2.1");
  assert(lanes[1].take("192.0.2.1", 5));
  assert(!lanes[0].take("192.0.2.1", 5));
});

Deno.test("AddressCounts.clear() gives back what one lane holds, and nothing of another", () => {
  const table = makeAddressTable(100);
  const [gone, other] = [new AddressCounts(table, 0), new AddressCounts(table, 1)];
  for (let i = 0; i < 50; i++) gone.take(`192.0.2.${i}`, 9);
  for (let i = 0; i < 3; i++) assert(gone.take("::1", 9) && other.take("::1", 9));
  new AddressCounts(table, 0).clear();
  assertEquals([1, 2, 3].map(() => other.take("::1", 5)), [true, true, false]);
  new AddressCounts(table, 1).clear();
  assert(isEmpty(table), "a count is left");
});

Deno.test("AddressCounts of 10,000 random addresses leave nothing, given back in any order", () => {
  const table = makeAddressTable(10_000);
  const lanes = Array.from({ length: 4 }, (_, row) => new AddressCounts(table, row));
  const addresses = Array.from({ length: 10_000 }, randomAddress);
  const held: { lane: AddressCounts; address: string; order: number }[] = [];
  for (const address of addresses) {
    const lane = lanes[Math.floor(Math.random() * lanes.length)];
    if (lane?.take(address, 1000)) held.push({ lane, address, order: Math.random() });
  }
  assertEquals(held.length, addresses.length);
  assert(!isEmpty(table));
  for (const { lane, address } of held.sort((a, b) => a.order - b.order)) lane.giveBack(address);
  assert(isEmpty(table), "a count is left");
});

Deno.test("AddressCounts takes none of 100,000 addresses for another, by any seed", () => {
  const addresses = new Set<string>();
  // Neighbours, as of one network, and such as have nothing in common.
  for (let i = 0; addresses.size < 50_000; i++) {
    addresses.add(`10.${i >> 16}.${i >> 8 & 255}.${i & 255}`);
  }
  while (addresses.size < 100_000) addresses.add(randomAddress());
  for (let seed = 0; seed < 2; seed++) {
    const counts = new AddressCounts(makeAddressTable(addresses.size), 0);
    for (const address of addresses) {
      assert(counts.take(address, 1), `${address} was taken for another`);
    }
  }
});

Deno.test("AddressCounts.take() lets in whom it cannot count, and giveBack() then does nothing", () => {
  const table = makeAddressTable(1);
  const counts = new AddressCounts(table, 0);
  const addresses = Array.from({ length: 200 }, (_, i) => `192.0.2.${i}`);
  for (const address of addresses) assert(counts.take(address, 1));
  for (const address of addresses) counts.giveBack(address);
  assert(isEmpty(table), "a count is left");
});

Deno.test("makeAddressTable() has other seeds each time", () => {
  const seeds = Array.from({ length: 8 }, () => new Int32Array(makeAddressTable(1), 0, 2).join());
  assertEquals(new Set(seeds).size, seeds.length);
});
