import { assert, assertEquals } from "@std/assert";
import type { Row, RowReport } from "../../src/lane/row.ts";
import { MAX_ROWS, Scoreboard } from "../../src/lane/scoreboard.ts";

function claim(scoreboard: Scoreboard, generation = 0): Row {
  const row = scoreboard.claim(0, generation);
  if (row === null) throw new Error("No row is free");
  return row;
}

Deno.test("Scoreboard.claim() gives each lane a clean row of its own, with its generation", () => {
  const scoreboard = new Scoreboard();
  const first = claim(scoreboard);
  first.add("accepted", 5);
  first.setCurrent(7, "192.0.2.1 port 1");
  first.measures.ended("client", "idle");
  const second = claim(scoreboard, 3);
  assertEquals([first.index, second.index], [0, 1]);
  assertEquals([first.state, second.state, second.generation], ["starting", "starting", 3]);
  assertEquals([second.get("accepted"), second.current, second.currentPeer], [0, 0, null]);
  scoreboard.close(first, "free");
  const again = claim(scoreboard, 4);
  assertEquals([again.index, again.generation, again.state], [0, 4, "starting"]);
  assertEquals([again.get("accepted"), again.current, again.currentPeer], [0, 0, null]);
  assertEquals(again.measures.report(), []);
});

Deno.test("Scoreboard.claim() never reuses the row of a hung lane, and returns null when all are taken", () => {
  const scoreboard = new Scoreboard();
  scoreboard.close(claim(scoreboard), "hung");
  for (let i = 1; i < MAX_ROWS; i++) assertEquals(claim(scoreboard).index, i);
  assertEquals(scoreboard.claim(0, 0), null);
  scoreboard.close(scoreboard.row(500), "free");
  assertEquals(claim(scoreboard).index, 500);
});

Deno.test("Scoreboard.rows() yields the rows that have ever belonged to a lane", () => {
  const scoreboard = new Scoreboard();
  assertEquals([...scoreboard.rows()], []);
  const rows = [claim(scoreboard), claim(scoreboard), claim(scoreboard)];
  scoreboard.close(scoreboard.row(1), "free");
  assertEquals([...scoreboard.rows()], rows);
});

Deno.test("Scoreboard.close() releases the connections of that lane, and no others", () => {
  const scoreboard = new Scoreboard();
  const [gone, other] = [claim(scoreboard), claim(scoreboard)];
  for (const row of [gone, gone, gone, other]) {
    row.addOpen(1, row.tenancy);
    scoreboard.addTotal(1);
  }
  assertEquals(scoreboard.total, 4);
  scoreboard.close(gone, "hung");
  assertEquals([scoreboard.total, gone.open, other.open, gone.state], [1, 0, 1, "hung"]);
});

Deno.test("Row.addOpen() counts for the lane of the row alone, however many it has had", () => {
  const scoreboard = new Scoreboard();
  let last = -1;
  for (let i = 0; i < 5000; i++) {
    const row = claim(scoreboard);
    const { tenancy } = row;
    assert(tenancy !== last && row.addOpen(1_000_000, tenancy) && !row.addOpen(-1, last));
    row.evict();
    assert(!row.addOpen(-1, tenancy));
    assertEquals([row.index, row.open], [0, 1_000_000]);
    scoreboard.addTotal(row.open);
    scoreboard.close(row, "free");
    assertEquals([row.open, scoreboard.total], [0, 0]);
    last = tenancy;
  }
});

Deno.test("Scoreboard shares its memory with another view of it", () => {
  const scoreboard = new Scoreboard();
  const view = new Scoreboard(scoreboard.buffer);
  const row = claim(scoreboard);
  row.state = "ready";
  row.received(100, 1);
  row.sent(10);
  row.request(7);
  view.addTotal(2);
  const seen = view.row(row.index);
  assertEquals([...view.rows()].length, 1);
  assertEquals([seen.state, seen.get("bytesIn"), seen.get("bytesOut"), seen.get("requests")], [
    "ready",
    100,
    10,
    1,
  ]);
  assertEquals(scoreboard.total, 2);
});

Deno.test("Scoreboard.addTotal() returns the previous total and wakes the waits for a release", async () => {
  const scoreboard = new Scoreboard();
  assertEquals([scoreboard.addTotal(1), scoreboard.addTotal(1), scoreboard.total], [0, 1, 2]);
  const { releases } = scoreboard;
  const released = scoreboard.released(releases, 60_000);
  assertEquals(scoreboard.addTotal(-1), 2);
  await released;
  assertEquals(scoreboard.releases, releases + 1);
  await scoreboard.released(releases, 60_000);
});

Deno.test("Row.currentPeer is the client of the connection that the lane last worked on", () => {
  const row = claim(new Scoreboard());
  row.setCurrent(1, "192.0.2.1 port 1");
  row.setCurrent(2, "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff port 65535");
  assertEquals([row.current, row.currentPeer], [
    2,
    "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff port 65535",
  ]);
  row.received(1, 1);
  assertEquals([row.current, row.currentPeer], [1, "192.0.2.1 port 1"]);
  row.received(1, 3);
  assertEquals([row.current, row.currentPeer], [3, null]);
});

Deno.test("Row.currentPeer is null once a later client has taken its slot", () => {
  const row = claim(new Scoreboard());
  for (let connection = 1; connection <= 1000; connection++) {
    row.setCurrent(connection, `client ${connection}`);
    assertEquals(row.currentPeer, `client ${connection}`);
  }
  row.received(1, 999);
  assertEquals(row.currentPeer, "client 999");
  row.received(1, 10);
  assertEquals(row.currentPeer, null);
});

Deno.test("Row.setCurrent() cuts off a long name, and leaves the next one alone", () => {
  const row = claim(new Scoreboard());
  row.setCurrent(2, "second");
  row.setCurrent(1, "x".repeat(500));
  assert(/^x{50,}$/.test(row.currentPeer ?? ""), row.currentPeer ?? "none");
  row.received(0, 2);
  assertEquals(row.currentPeer, "second");
});

Deno.test("Row.report() is plain data from which take() restores all but the state of the lane", () => {
  const row = claim(new Scoreboard());
  row.add("accepted", 3);
  row.add("errors", 1);
  row.set("memory", 2 ** 40);
  row.set("heartbeat", 1234.5);
  row.measures.answered("GET", 200, 3);
  row.received(5_000_000_000, 3);
  row.addOpen(2, row.tenancy);
  row.setCurrent(3, "192.0.2.1 port 1");
  const report: RowReport = JSON.parse(JSON.stringify(row.report()));
  const copy = claim(new Scoreboard(), 7);
  copy.state = "ready";
  copy.take(report);
  assertEquals(copy.report(), report);
  assertEquals([copy.get("bytesIn"), copy.get("memory"), copy.get("heartbeat")], [
    5_000_000_000,
    2 ** 40,
    1234.5,
  ]);
  assertEquals([copy.open, copy.current, copy.currentPeer], [2, 3, "192.0.2.1 port 1"]);
  assertEquals([copy.state, copy.generation], ["ready", 7]);
});

Deno.test("Row.take() does not invent a client whose name was overwritten", () => {
  const row = claim(new Scoreboard());
  row.setCurrent(1, "long ago");
  row.setCurrent(257, "in its place");
  row.received(1, 1);
  const copy = claim(new Scoreboard());
  copy.take(row.report());
  assertEquals([copy.current, copy.currentPeer], [1, null]);
});

Deno.test("Row.take() ignores additional counters of a newer version", () => {
  const row = claim(new Scoreboard());
  const report = row.report();
  row.take({ ...report, counters: [...report.counters, 1, 2, 3] });
  assertEquals(row.report(), report);
});

Deno.test("Row.setCurrent() names the client of a connection even after four billion of them", () => {
  const row = claim(new Scoreboard());
  for (const number of [2 ** 31 - 1, 2 ** 31, 2 ** 31 + 77, 2 ** 32 - 1, 2 ** 32 + 5]) {
    row.setCurrent(number, `client ${number}`);
    assertEquals(row.currentPeer, `client ${number}`);
    assertEquals(row.report().peer, `client ${number}`);
  }
});

Deno.test("Row.wait follows a peak at once, and forgets it when nothing comes", () => {
  const row = claim(new Scoreboard());
  assertEquals(row.wait, 0);
  row.waited(20);
  row.waited(800);
  row.waited(1);
  assert(row.wait > 700, `${row.wait}`);
  // As if the last client had come a while ago.
  row.add("waitedAt", -60_000);
  assert(row.wait > 0 && row.wait < 5, `${row.wait}`);
  row.waited(2);
  assert(row.wait > 1.9 && row.wait < 5, `${row.wait}`);
});
