import { assertEquals } from "@std/assert";
import { openLibrary } from "../../src/base/c_library.ts";
import { turnFor } from "../../src/lane/accept_order.ts";
import { ProcessLoads } from "../../src/lane/process_loads.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { Tenancy } from "../../src/lane/tenancy.ts";

const HEARTBEAT = 60_000;

/** The same memory, as two processes have it. */
function twoViews(): [ProcessLoads, ProcessLoads] {
  const descriptor = ProcessLoads.create();
  if (descriptor === null) throw new Error("The system has no memory to share");
  using library = openLibrary();
  const F_DUPFD = 0;
  const other = library?.fcntl(descriptor, F_DUPFD, 3) ?? -1;
  const [first, second] = [descriptor, other].map((one) => ProcessLoads.open(one));
  if (!first || !second) throw new Error("The memory cannot be mapped");
  return [first, second];
}

Deno.test("ProcessLoads tells of lanes of other processes until they accept no more", () => {
  const [mine, other] = twoViews();
  mine.tell(0, 10);
  assertEquals(mine.hasLess(0, 10, HEARTBEAT), false, "its own row does not count");
  other.tell(1, 3);
  assertEquals(mine.hasLess(0, 4, HEARTBEAT), true);
  assertEquals(mine.hasLess(0, 3, HEARTBEAT), false);
  assertEquals(mine.hasLess(0, 4, 0), false, "it is silent for too long");
  other.leave(1);
  assertEquals(mine.hasLess(0, 4, HEARTBEAT), false);
});

Deno.test("a lane waits before it accepts while another process has noticeably fewer connections", async () => {
  const [mine, other] = twoViews();
  const scoreboard = new Scoreboard();
  const row = scoreboard.claim(0, 0);
  if (row === null) throw new Error("No row is free");
  row.addOpen(20, row.tenancy);
  const own = { row, tenancy: new Tenancy(row, row.tenancy) };
  const limits = { maxConnections: 100, totalConnections: 100, heartbeat: HEARTBEAT };
  const turn = turnFor({ sharing: "shared", ...limits }, scoreboard, own, mine);
  other.tell(1, 16);
  assertEquals(turn?.acquire(() => {}) ?? null, null);
  other.tell(1, 15);
  const waiting = turn?.acquire(() => {}) ?? null;
  assertEquals(waiting === null, false);
  await waiting;
});
