import { assertEquals } from "@std/assert";
import { LanePool } from "../../src/supervision/lane_pool.ts";
import { Recycler } from "../../src/supervision/recycler.ts";
import { LaneReplacer } from "../../src/supervision/replace.ts";
import { Scaler } from "../../src/supervision/scaler.ts";
import { makeOrder } from "../helpers/order.ts";
import {
  FakeLanes,
  planOf,
  recordingLog,
  superviseFakes,
  UNLIMITED,
} from "../helpers/supervision.ts";
import { until } from "../helpers/until.ts";

const MAX_REQUESTS = 10;
const DUE = { maxRequests: MAX_REQUESTS };
/** A stop leaves the timers of lanes that were told to end. */
const TIMERS = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "no lane of the old generation is recycled while a reload starts or hands over clients",
  TIMERS,
  async () => {
    await using server = superviseFakes(DUE);
    const { supervisor, lanes, start } = server;
    await start(planOf({ min: 2 }));
    for (const { row } of lanes.all) {
      row.addOpen(1, row.tenancy);
      row.set("requests", MAX_REQUESTS);
    }
    lanes.isHeld = true;
    const reload = start(planOf({ min: 2, max: 9, spare: 1 }));
    supervisor.recycle();
    assertEquals(lanes.of(0).length, 2, "while the new lanes start");
    await until("the new generation serves", () => {
      lanes.all.forEach((lane) => lane.ready());
      return supervisor.generation === 1;
    });
    for (const { row } of lanes.of(1)) row.addOpen(1, row.tenancy);
    supervisor.recycle();
    assertEquals(lanes.of(0).length, 2, "while clients are handed over");
    lanes.isHeld = false;
    lanes.all.forEach((lane) => lane.ready());
    await reload;
  },
);

Deno.test("after a recycling that failed, the next lane waits, too", TIMERS, async () => {
  await using server = superviseFakes(DUE);
  const { supervisor, lanes, records, start } = server;
  await start(planOf({ min: 3 }));
  for (const { row } of lanes.all) row.set("requests", MAX_REQUESTS);
  lanes.failure = new Error("no memory");
  supervisor.recycle();
  await until("it has failed", () => records.length > 0);
  await Promise.resolve();
  supervisor.recycle();
  assertEquals(records, ["Cannot recycle a worker yet: keeping the old one"]);
});

Deno.test(
  "a server that stops does not start replacements of lanes to recycle",
  TIMERS,
  async () => {
    await using server = superviseFakes(DUE);
    const { supervisor, lanes, records, start } = server;
    await start(planOf({ min: 3 }));
    for (const { row } of lanes.all) row.set("requests", MAX_REQUESTS);
    lanes.isHeld = true;
    supervisor.recycle();
    assertEquals(lanes.all.length, 4);
    await supervisor.stop();
    assertEquals(lanes.all.length, 4);
    assertEquals(records, []);
  },
);

Deno.test(
  "a reload ends a recycling in progress, and the lane that starts for it",
  TIMERS,
  async () => {
    await using server = superviseFakes(DUE);
    const { supervisor, lanes, records, start } = server;
    await start(planOf({ min: 2 }));
    lanes.all[0]?.row.set("requests", MAX_REQUESTS);
    lanes.isHeld = true;
    supervisor.recycle();
    const [, , replacement] = lanes.all;
    lanes.isHeld = false;
    await start(planOf({ min: 2 }));
    assertEquals(replacement?.calls, ["retire"]);
    assertEquals([lanes.of(0).length, lanes.of(1).length], [3, 2]);
    assertEquals(server.states(), ["3 ready", "4 ready"]);
    assertEquals([records, supervisor.totals.recycled], [[], 0]);
  },
);
Deno.test(
  "a lane that could not be recycled serves on, and its replacement retires",
  TIMERS,
  async () => {
    await using server = superviseFakes(DUE);
    const { supervisor, lanes, records, start } = server;
    await start(planOf({ min: 2 }));
    const [due, other] = lanes.all;
    due?.row.addOpen(1, due.row.tenancy);
    due?.row.set("requests", MAX_REQUESTS);
    lanes.isHeld = true;
    supervisor.recycle();
    const [, , replacement] = lanes.all;
    // The replacement of this one dies early, so that nobody takes over the client.
    other?.crash("boom");
    await until("a delayed restart", () => lanes.all.length === 4);
    replacement?.ready();
    await until(
      "it has failed",
      () => records.some((record) => record.startsWith("Cannot recycle")),
    );
    const [lane] = supervisor.lanes;
    assertEquals([lane?.number, lane?.isServing, supervisor.totals.recycled], [0, true, 0]);
    await until("the replacement retires", () => replacement?.calls.includes("retire") ?? false);
  },
);

Deno.test("lanes that are due at the same time are recycled one right after another", async () => {
  const lanes = new FakeLanes();
  const { log, records } = recordingLog();
  const { place, scoreboard } = lanes;
  const settings = { ...UNLIMITED, ...DUE };
  const onGone = () => {};
  const pool = new LanePool({ place, scoreboard, log, settings, onGone });
  const scaler = new Scaler({ pool, log, onFull() {}, onGivenUp() {} });
  const plan = planOf({ min: 3 });
  scaler.serving = { number: 0, plan, work: makeOrder({}), startTimeout: 0 };
  scaler.fill();
  await until("all are ready", () => pool.lanes.every(({ state }) => state === "ready"));
  for (const { row } of lanes.all) row.set("requests", MAX_REQUESTS);
  new Recycler(pool, scaler, new LaneReplacer(log, scaler), log).recycle();
  await until("all are recycled", () => pool.totals.recycled === 3);
  assertEquals(pool.lanes.map(({ number }) => number), [3, 4, 5]);
  assertEquals(records, Array(3).fill(`Worker recycled: it has served ${MAX_REQUESTS} requests`));
});
