import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import type { Exit, LaneHandle } from "../../src/places/handle.ts";
import type { Generation } from "../../src/supervision/generation.ts";
import { KILL_PATIENCE, SupervisedLane } from "../../src/supervision/supervised_lane.ts";
import { planOf, UNLIMITED } from "../helpers/supervision.ts";
import { until } from "../helpers/until.ts";

/** A lane in a thread, and what it is told; its timers end with it. */
function makeLane() {
  const scoreboard = new Scoreboard();
  const row = scoreboard.claim(0, 0);
  if (row === null) throw new Error("Cannot claim a row of an empty scoreboard");
  const exited = Promise.withResolvers<Exit>();
  const calls: string[] = [];
  const handle = {
    ready: new Promise(() => {}),
    exited: exited.promise,
    closeConnections: () => void calls.push("closeConnections"),
    kill: () => void calls.push("kill"),
  };
  const generation = { plan: planOf({}) } as Generation;
  const lane = new SupervisedLane(
    handle as unknown as LaneHandle,
    0,
    row,
    generation,
    UNLIMITED,
    500,
  );
  /** Its event loop runs. */
  const beat = () => row.set("heartbeat", row.get("heartbeat") + 1);
  return { lane, calls, beat, end: () => exited.resolve({ kind: "stopped" }) };
}

Deno.test("SupervisedLane.kill() kills a thread only once its event loop runs, so that it ends", async () => {
  const { lane, calls, beat, end } = makeLane();
  beat();
  lane.markReady(UNLIMITED);
  lane.kill();
  await delay(2 * KILL_PATIENCE);
  assertEquals(calls, ["closeConnections"]);
  beat();
  await until("it is killed", () => calls.includes("kill"));
  end();
});

Deno.test("SupervisedLane.retire() cancels a starting thread once its event loop runs, and until then it does not serve", async () => {
  const { lane, calls, beat, end } = makeLane();
  beat();
  await lane.retire(UNLIMITED);
  assertEquals([calls, lane.isServing], [[], false]);
  beat();
  await until("it is killed", () => calls.includes("kill"));
  end();
});

Deno.test("SupervisedLane leaves its row to the next lane once it has left it", async () => {
  const scoreboard = new Scoreboard();
  const row = scoreboard.claim(0, 0);
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
  assertEquals(scoreboard.claim(1, 0), row);
  row.state = "ready";
  await lane.retire({ ...UNLIMITED, retireTimeout: 1 });
  lane.shutDown(1);
  lane.markReady(UNLIMITED);
  assertEquals([row.state, lane.state], ["ready", "free"]);
});
