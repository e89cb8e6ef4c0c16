import { assertEquals } from "@std/assert";
import { clock } from "../../src/base/clock.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import type { PlaceName } from "../../src/modes/mode.ts";
import type { LaneHandle } from "../../src/places/handle.ts";
import type { Generation } from "../../src/supervision/generation.ts";
import { delayOf, notReady } from "../../src/supervision/start_deadline.ts";
import { SupervisedLane } from "../../src/supervision/supervised_lane.ts";
import { makeOrder } from "../helpers/order.ts";
import { UNLIMITED } from "../helpers/supervision.ts";

const INTERVAL = 500;
const scoreboard = new Scoreboard();

/** A starting lane of a handler, in a place. */
function makeLane(place: PlaceName, startTimeout = 1000): SupervisedLane {
  const handle = { exited: new Promise(() => {}) } as unknown as LaneHandle;
  const service = { kind: "handler", path: "/handler.js" } as const;
  const generation = { plan: { place }, startTimeout, work: makeOrder({ service }) };
  const row = scoreboard.claim(0, 0);
  if (row === null) throw new Error("No row is free");
  return new SupervisedLane(
    handle,
    0,
    row,
    generation as unknown as Generation,
    UNLIMITED,
    INTERVAL,
  );
}

Deno.test("SupervisedLane.isLate() counts no time in which the whole process was stopped", () => {
  const lane = makeLane("thread");
  const start = Math.ceil(performance.now());
  const isLate = (after: number) => lane.isLate(300, start + after);
  isLate(0);
  assertEquals([isLate(200), isLate(3_600_000), isLate(3_600_200)], [false, false, false]);
  assertEquals(isLate(3_600_600), true);
});

Deno.test("SupervisedLane.isLate() is never true without a --start-timeout", () => {
  const lane = makeLane("thread", 0);
  assertEquals(lane.isLate(Infinity, performance.now() + 3_600_000), false);
});

Deno.test("delayOf() tells by the heartbeats whether the event loop of a lane runs", () => {
  for (
    const [place, none, old] of [
      ["here", "waiting", "waiting"],
      ["thread", "unbegun", "blocked"],
      ["process", "unbegun", "blocked"],
    ] as const
  ) {
    const lane = makeLane(place);
    assertEquals(delayOf(lane, INTERVAL), none);
    lane.row.set("heartbeat", clock() - 60_000);
    assertEquals(delayOf(lane, INTERVAL), old);
    lane.row.set("heartbeat", clock());
    assertEquals(delayOf(lane, INTERVAL), "waiting");
  }
});

Deno.test("notReady() says what a late lane does, with exit code 70", () => {
  const { message, exitCode } = notReady(makeLane("thread"), "unbegun");
  assertEquals(message, "Cannot start a worker: not ready within --start-timeout 1s");
  assertEquals(exitCode, 70);
});
