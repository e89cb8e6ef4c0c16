import { assertEquals } from "@std/assert";
import { Scoreboard } from "../../../src/lane/scoreboard.ts";
import { BusyShares } from "../../../src/ops/status/busy_shares.ts";
import { StatusReader } from "../../../src/ops/status/status_reader.ts";
import type { LaneFacts } from "../../../src/ops/status/server_facts.ts";
import { sampleFacts } from "../../helpers/sample_facts.ts";

/** Lanes with these numbers, each of which has beaten at time 1000 with 500 ms of CPU time. */
function makeLanes(count: number) {
  const scoreboard = new Scoreboard();
  const lanes = Array.from({ length: count }, (_, number): LaneFacts => {
    const row = scoreboard.claim(number, 0);
    if (row === null) throw new Error("The scoreboard is full");
    row.state = "ready";
    return {
      ...{ number, row: row.index, place: "thread", generation: 0, pid: 1, maxConnections: 1 },
    };
  });
  const beat = (number: number, busyAt: number, busy: number) => {
    const row = scoreboard.row(lanes[number]?.row ?? 0);
    row.set("busy", busy);
    row.set("busyAt", busyAt);
  };
  for (const { number } of lanes) beat(number, 1000, 500);
  return { scoreboard, lanes, beat };
}

Deno.test("BusyShares are of the time between heartbeats, and stay until the next one", () => {
  const { scoreboard, lanes, beat } = makeLanes(1);
  const shares = new BusyShares(scoreboard, lanes);
  const read = () => {
    shares.update(scoreboard, lanes);
    return shares.of(0);
  };
  assertEquals(read(), 0);
  beat(0, 1500, 800);
  assertEquals([read(), read()], [0.6, 0.6]);
  beat(0, 2500, 900);
  assertEquals([read(), read()], [0.1, 0.1]);
});

Deno.test("BusyShares do not count what a thread has used before its lane", () => {
  const { scoreboard, lanes, beat } = makeLanes(1);
  const shares = new BusyShares(scoreboard, []);
  shares.update(scoreboard, lanes);
  assertEquals(shares.of(0), 0);
  beat(0, 2000, 750);
  shares.update(scoreboard, lanes);
  assertEquals(shares.of(0), 0.25);
});

Deno.test("StatusReader.read() adds up what a thousand threads use, little as it is of each", () => {
  const { scoreboard, lanes, beat } = makeLanes(1000);
  const facts = sampleFacts({ lanes, limits: { max_lanes: 1000 }, processors: 2 });
  const reader = new StatusReader(scoreboard, facts);
  for (const { number } of lanes) beat(number, 2000, 502);
  const { saturation } = reader.read(facts);
  assertEquals(saturation.event_loop, 1);
});
