import { assertEquals } from "@std/assert";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import type { Exit, LaneHandle } from "../../src/places/handle.ts";
import type { Generation } from "../../src/supervision/generation.ts";
import { SupervisedLane } from "../../src/supervision/supervised_lane.ts";
import { UNLIMITED } from "../helpers/supervision.ts";

Deno.test("SupervisedLane leaves its row to the next lane once it has left it", async () => {
  const scoreboard = new Scoreboard();
  const row = scoreboard.claim(0);
  if (row === null) throw new Error("Cannot claim a row of an empty scoreboard");
  const exited = Promise.withResolvers<Exit>();
  const handle = { ready: Promise.resolve(), exited: exited.promise, drain() {} };
  const lane = new SupervisedLane(
    handle as unknown as LaneHandle,
    0,
    row,
    {} as Generation,
    UNLIMITED,
    500,
  );
  lane.markReady(UNLIMITED);
  assertEquals(row.state, "ready");

  exited.resolve({ kind: "stopped" });
  await lane.gone;
  lane.leaveRow();
  scoreboard.close(row, "free");
  assertEquals(scoreboard.claim(1), row);
  row.state = "ready";
  await lane.retire({ ...UNLIMITED, retireTimeout: 1 });
  lane.shutDown(1);
  lane.markReady(UNLIMITED);
  assertEquals([row.state, lane.state], ["ready", "free"]);
});
