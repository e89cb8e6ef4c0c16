import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import type { Exit, LaneHandle } from "../../src/places/handle.ts";
import type { Generation } from "../../src/supervision/generation.ts";
import {
  KILL_PATIENCE,
  OPEN_PATIENCE,
  SupervisedLane,
} from "../../src/supervision/supervised_lane.ts";
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
    retire: () => Promise.resolve(void calls.push("retire")),
    drain: () => void calls.push("drain"),
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

Deno.test("SupervisedLane.retire() lets a starting thread retire by itself, and kills it later, once its event loop runs", async () => {
  const { lane, calls, beat, end } = makeLane();
  beat();
  await lane.retire(UNLIMITED);
  assertEquals([calls, lane.isServing], [["retire"], false]);
  await delay(OPEN_PATIENCE + 200);
  assertEquals(calls, ["retire"]);
  beat();
  await until("it is killed", () => calls.includes("kill"));
  end();
});

Deno.test("SupervisedLane.retire() does not kill a starting thread that accepts a client meanwhile", async () => {
  const { lane, calls, beat, end } = makeLane();
  beat();
  await lane.retire({ ...UNLIMITED, gracefulTimeout: 60_000 });
  lane.row.add("accepted", 1);
  await delay(OPEN_PATIENCE);
  await until("it is drained", () => {
    beat();
    return calls.includes("drain");
  });
  assertEquals(calls, ["retire", "drain"]);
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
