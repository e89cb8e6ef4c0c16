import { assertEquals } from "@std/assert";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { BlockedLane } from "../../src/supervision/blocked_lane.ts";
import type { SupervisedLane } from "../../src/supervision/supervised_lane.ts";

const scoreboard = new Scoreboard();

/** A ready lane with a number of clients, and what it is told. */
function makeLane(pid: number, clients = 0) {
  const row = scoreboard.claim(0, 0);
  if (row === null) throw new Error("Cannot claim a row");
  row.addOpen(clients, row.tenancy);
  const calls: string[] = [];
  const handle = {
    pid,
    relieve(sockets: { pid: number }) {
      calls.push(`relieve ${sockets.pid}`);
      return Promise.resolve(true);
    },
    endRelief: (pid: number, isGone: boolean) => void calls.push(`end ${pid} ${isGone}`),
  };
  const lane = { row, handle, sockets: [3], state: "ready", hasRoom: true };
  return { lane: lane as unknown as SupervisedLane, row, calls };
}

Deno.test("a lane is silent when it has neither sent a heartbeat nor accepted for a while", () => {
  const { lane, row } = makeLane(1);
  const blocked = new BlockedLane(lane);
  const begun = performance.now();
  const silence = [100, 200, 300].map((time) => blocked.isSilent(begun + time));
  assertEquals(silence, [false, true, true]);
  row.set("heartbeat", row.get("heartbeat") + 1);
  assertEquals(blocked.isSilent(begun + 400), false);
  assertEquals([500, 600].map((time) => blocked.isSilent(begun + time)), [false, true]);
  row.set("accepted", 1);
  assertEquals(blocked.isSilent(begun + 700), false);
  // The watching process itself did not run.
  assertEquals(blocked.isSilent(begun + 10_000), false);
});

Deno.test("a blocked lane is relieved by the one with the fewest clients, then by another if clients still wait", async () => {
  const own = makeLane(2);
  const [busy, free] = [makeLane(3, 5), makeLane(4, 1)];
  const full = { ...makeLane(5).lane, hasRoom: false } as SupervisedLane;
  const lanes = [own.lane, busy.lane, free.lane, full];
  const blocked = new BlockedLane(own.lane);
  assertEquals([blocked.needsRelief(0), blocked.needsRelief(7)], [false, true]);
  assertEquals(blocked.choose(lanes), free.lane);
  await blocked.relieveBy(free.lane);
  assertEquals([7, 0, 7, 7].map((waiting) => blocked.needsRelief(waiting)), [
    ...[false, false, false],
    true,
  ]);
  assertEquals(blocked.choose(lanes), busy.lane);
  await blocked.relieveBy(busy.lane);
  assertEquals(blocked.choose(lanes), null);
  blocked.endRelief(false);
  assertEquals([free.calls, busy.calls], [["relieve 2", "end 2 false"], [
    "relieve 2",
    "end 2 false",
  ]]);
  assertEquals([blocked.isRelieved, own.calls], [false, []]);
});
