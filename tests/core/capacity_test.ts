import { assert, assertEquals } from "@std/assert";
import { AddressCounts, makeAddressTable } from "../../src/core/address_counts.ts";
import { Capacity } from "../../src/core/capacity.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { startThread } from "../helpers/on_thread.ts";

/** So many lanes with one capacity. */
function lanesOf(count: number, totalConnections: number, maxConnectionsPerIp = 0) {
  const scoreboard = new Scoreboard();
  const table = makeAddressTable(totalConnections);
  const lanes = Array.from({ length: count }, () => {
    const row = scoreboard.claim(0);
    if (row === null) throw new Error("There is no free row");
    const addresses = maxConnectionsPerIp === 0 ? null : new AddressCounts(table, row.index);
    const limits = { totalConnections, maxConnectionsPerIp };
    return { row, capacity: new Capacity(limits, scoreboard, row, addresses) };
  });
  return { scoreboard, lanes: lanes as [typeof lanes[0], ...typeof lanes] };
}

Deno.test("Capacity.take() holds the total over two lanes, and counts what each has open", () => {
  const { scoreboard, lanes } = lanesOf(2, 3);
  const [one, two] = [lanes[0], lanes[1] ?? lanes[0]];
  assertEquals([one, two, one].map(({ capacity }) => capacity.take("a")), [null, null, null]);
  assert(!one.capacity.hasRoom && !two.capacity.hasRoom);
  assertEquals([one, two].map(({ capacity }) => capacity.take("a")), ["total", "total"]);
  assertEquals([one.row.open, two.row.open, scoreboard.total], [2, 1, 3]);
  one.capacity.giveBack("a");
  assert(two.capacity.hasRoom);
  assertEquals(two.capacity.take("a"), null);
  assertEquals([one.row.open, two.row.open, scoreboard.total], [1, 2, 3]);
});

Deno.test("Capacity.take() holds the limit of an address over two lanes, and takes no place then", () => {
  const { scoreboard, lanes } = lanesOf(2, 10, 2);
  const [one, two] = [lanes[0], lanes[1] ?? lanes[0]];
  assertEquals([one, two, one].map(({ capacity }) => capacity.take("a")), [null, null, "address"]);
  assertEquals([one.row.open, two.row.open, scoreboard.total], [1, 1, 2]);
  assertEquals([one.capacity.take("b"), one.capacity.take(null)], [null, null]);
  two.capacity.giveBack("a");
  assertEquals(one.capacity.take("a"), null);
});

Deno.test("Capacity.giveBack() of a lane that was written off gives nothing back twice", () => {
  const { scoreboard, lanes: [{ row, capacity }] } = lanesOf(1, 3);
  capacity.take("a");
  capacity.take("a");
  scoreboard.close(row, "hung");
  capacity.giveBack("a");
  assertEquals([row.open, scoreboard.total], [0, 0]);
});

Deno.test("Capacity.room() is there at once when there is room", async () => {
  const { lanes: [{ capacity }] } = lanesOf(1, 1);
  await capacity.room();
});

Deno.test("Capacity.room() wakes when another thread gives a connection back", async () => {
  using thread = startThread();
  const { scoreboard, lanes } = lanesOf(2, 1);
  const [one, two] = [lanes[0], lanes[1] ?? lanes[0]];
  let waited = 0;
  for (let i = 0; i < 5; i++) {
    assertEquals(two.capacity.take(null), null);
    const start = performance.now();
    const room = one.capacity.room();
    await thread.run({ type: "giveBack", scoreboard: scoreboard.buffer, row: two.row.index });
    await room;
    waited += performance.now() - start;
    assert(one.capacity.hasRoom);
  }
  // Without a word from the other thread, room is looked for once a second.
  assert(waited < 4000, `five waits took ${Math.round(waited)} ms`);
});
