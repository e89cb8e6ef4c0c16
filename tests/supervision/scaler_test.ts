import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import type { Plan } from "../../src/modes/mode.ts";
import type { Exit, Place, Ready } from "../../src/places/handle.ts";
import { LanePool } from "../../src/supervision/lane_pool.ts";
import { Scaler } from "../../src/supervision/scaler.ts";
import { makeOrder } from "../helpers/order.ts";
import { planOf, SILENT, superviseFakes, UNLIMITED } from "../helpers/supervision.ts";
import { until } from "../helpers/until.ts";

/** A stop leaves the timers of lanes that were told to end. */
const TIMERS = { sanitizeOps: false, sanitizeResources: false };

/** Lanes that are ready at once, and end when they retire or `crash` is called. */
function makePlace() {
  const crashes = new Map<number, (error: Error) => void>();
  const readiness = { isDelayed: false, isFailing: false };
  const place: Place = ({ lane }) => {
    const exited = Promise.withResolvers<Exit>();
    const ready = Promise.withResolvers<Ready>();
    if (readiness.isFailing) {
      ready.reject(new Error("broken"));
      exited.resolve({ kind: "stopped" });
    } else if (!readiness.isDelayed) ready.resolve({ addresses: [], refusal: null, sockets: [] });
    const end = () => {
      ready.reject(new Error("ended"));
      exited.resolve({ kind: "stopped" });
    };
    crashes.set(lane, (error) => exited.resolve({ kind: "crashed", error }));
    return {
      pid: 0,
      ready: ready.promise,
      exited: exited.promise,
      stopAccepting: () => Promise.resolve(),
      retire: () => Promise.resolve(end()),
      takeOver: () => Promise.resolve(),
      setLogLevel: () => {},
      setReuseportFilter: () => Promise.resolve(false),
      relieve: () => Promise.resolve(false),
      endRelief: () => {},
      findConnections: () => Promise.resolve(null),
      closeConnection: () => Promise.resolve(null),
      drain: end,
      closeConnections: end,
      kill: end,
    };
  };
  return { place, readiness, crash: (lane: number) => crashes.get(lane)?.(new Error("crashed")) };
}

/** A plan whose lanes serve one connection at a time. */
const PLAN: Plan = {
  place: "thread",
  lanes: { min: 1, max: 1, spare: 0 },
  connections: 1,
  total: 100,
  perAddress: 0,
  sharing: "shared",
};

/** A scaler for a plan whose lanes serve one connection at a time. */
function makeScaler(lanes: Plan["lanes"], log = SILENT) {
  const { place, readiness, crash } = makePlace();
  const full: boolean[] = [];
  const failures: Error[] = [];
  const pool = new LanePool({
    place,
    scoreboard: new Scoreboard(),
    log,
    settings: UNLIMITED,
    onGone: (lane, error) => scaler.replaceGone(lane, error),
  });
  const scaler = new Scaler({
    pool,
    log,
    onFull: (isFull) => full.push(isFull),
    onGivenUp: (error) => failures.push(error),
  });
  scaler.serving = { number: 0, plan: { ...PLAN, lanes }, work: makeOrder({}), startTimeout: 0 };
  const ready = (numbers: readonly number[]) =>
    until(`lanes ${numbers} are ready`, () => {
      const found = pool.lanes.filter(({ state }) => state === "ready").map((lane) => lane.number);
      return String(found) === String(numbers);
    });
  /** Sets the number of open connections of all lanes. */
  const setOpen = (open: number) => {
    for (const { row } of pool.lanes) row.addOpen(open - row.open, row.tenancy);
  };
  return { scaler, pool, full, failures, readiness, crash, ready, setOpen };
}

Deno.test("Scaler.fill() starts the lanes of the plan, and replaces a crashed one that has served", async () => {
  const { scaler, pool, crash, ready } = makeScaler({ min: 2, max: 2, spare: 0 });
  scaler.fill();
  await ready([0, 1]);
  pool.lanes[0]?.row.add("accepted", 1);
  crash(0);
  await ready([1, 2]);
  scaler.stop();
});

Deno.test("Scaler gives up after six early deaths, also if it looks at each lane while that is up", async () => {
  const { scaler, failures, crash, ready } = makeScaler({ min: 1, max: 1, spare: 0 });
  scaler.fill();
  for (let lane = 0; lane < 6; lane++) {
    assertEquals(failures, []);
    await ready([lane]);
    scaler.adjust();
    crash(lane);
  }
  await until("it has given up", () => failures.length === 1);
  scaler.stop();
});

Deno.test("Scaler.scale() adds and retires lanes, and keeps at least one", async () => {
  const { scaler, ready } = makeScaler({ min: 1, max: 1, spare: 0 });
  scaler.fill();
  assertEquals(scaler.scale(1), { before: 1, now: 2 });
  await ready([0, 1]);
  assertEquals(scaler.scale(-1), { before: 2, now: 1 });
  await ready([1]);
  assertEquals(scaler.scale(-1), { before: 1, now: 1 });
  await ready([1]);
  scaler.stop();
});

Deno.test("Scaler.scale() adds a lane at once when a reload has brought fewer than were removed", () => {
  const { scaler } = makeScaler({ min: 8, max: 8, spare: 0 });
  for (let i = 0; i < 5; i++) scaler.scale(-1);
  const { serving } = scaler;
  if (serving === null) throw new Error("No generation serves");
  scaler.serving = { ...serving, plan: { ...PLAN, lanes: { min: 2, max: 2, spare: 0 } } };
  assertEquals(scaler.scale(1), { before: 1, now: 2 });
  scaler.stop();
});

Deno.test("Scaler.scale() retires a lane that is not ready yet before one that serves", async () => {
  const { scaler, pool, readiness, ready } = makeScaler({ min: 2, max: 2, spare: 0 });
  scaler.fill();
  await ready([0, 1]);
  readiness.isDelayed = true;
  scaler.scale(1);
  assertEquals(pool.lanes.map(({ state }) => state), ["ready", "ready", "starting"]);
  scaler.scale(-1);
  await until("one is gone", () => pool.lanes.length === 2);
  assertEquals(pool.lanes.map(({ number, state }) => [number, state]), [[0, "ready"], [
    1,
    "ready",
  ]]);
  scaler.stop();
});

Deno.test("Scaler.adjust() follows the load, and reports when no room is left", async () => {
  const { scaler, pool, full, ready, setOpen } = makeScaler({ min: 1, max: 3, spare: 1 });
  const grown = (count: number) =>
    until(`there are ${count} lanes, once the connections of the others stay`, () => {
      scaler.adjust();
      return pool.lanes.length === count;
    });
  scaler.adjust();
  await ready([0]);
  setOpen(1);
  await grown(2);
  await ready([0, 1]);
  setOpen(1);
  await grown(3);
  await ready([0, 1, 2]);
  assertEquals(full.at(-1), false);
  setOpen(1);
  scaler.adjust();
  assertEquals(full.at(-1), true);
  setOpen(0);
  scaler.adjust();
  await ready([2]);
  assertEquals(full.at(-1), false);
  scaler.stop();
});

Deno.test("Scaler.adjust() starts no lane for connections that end soon", async () => {
  const { scaler, pool, ready, setOpen } = makeScaler({ min: 1, max: 3, spare: 1 });
  scaler.adjust();
  await ready([0]);
  const [lane] = pool.lanes;
  const end = performance.now() + 100;
  while (performance.now() < end) {
    // The next client in place of the one before.
    lane?.row.add("accepted", 1);
    setOpen(1);
    scaler.adjust();
    await delay(1);
  }
  assertEquals(pool.lanes.length, 1);
  await until("the last one stays", () => {
    scaler.adjust();
    return pool.lanes.length === 2;
  });
  scaler.stop();
});

Deno.test("Scaler.adjust() keeps spare lanes beyond those that are busy, however short their connections", async () => {
  const { scaler, pool, ready } = makeScaler({ min: 1, max: 9, spare: 2 });
  scaler.lanes.waiting = 4;
  scaler.fill();
  await ready([0, 1, 2, 3]);
  scaler.lanes.waiting = 0;
  const busy = pool.lanes.at(-1);
  busy?.row.addOpen(1, busy.row.tenancy);
  scaler.adjust();
  await ready([1, 2, 3]);
  scaler.stop();
});

Deno.test("Scaler reports that no room is left while a restart is delayed", async () => {
  const { scaler, full, pool, crash, ready, setOpen } = makeScaler({ min: 2, max: 2, spare: 0 });
  scaler.fill();
  await ready([0, 1]);
  setOpen(1);
  crash(0);
  await until("it is gone", () => pool.lanes.length === 1);
  assertEquals(full.at(-1), false);
  scaler.scale(-1);
  assertEquals(full.at(-1), true, "the other one is all that is wanted, and full");
  setOpen(0);
  scaler.fill();
  assertEquals(full.at(-1), false);
  scaler.stop();
});

Deno.test("Scaler.stop() keeps lanes from starting", async () => {
  const { scaler, pool, crash, ready } = makeScaler({ min: 1, max: 1, spare: 0 });
  scaler.fill();
  await ready([0]);
  scaler.stop();
  crash(0);
  await until("the lane is gone", () => pool.lanes.length === 0);
  scaler.fill();
  assertEquals(pool.lanes, []);
});

Deno.test("Scaler does not say that it tries again once it is stopped", async () => {
  const errors: string[] = [];
  const log = { ...SILENT, error: (message: string) => void errors.push(message) };
  const { scaler, pool, readiness } = makeScaler({ min: 1, max: 1, spare: 0 }, log);
  readiness.isFailing = true;
  scaler.fill();
  scaler.stop();
  await until("the lane is gone", () => pool.lanes.length === 0);
  assertEquals(errors, []);
});

Deno.test("Scaler.initialLanes() starts the fewest lanes, however many clients there are", async () => {
  const lanes = { min: 2, max: 5, spare: 1 };
  const { scaler, ready, setOpen } = makeScaler(lanes);
  scaler.adjust();
  await ready([0, 1]);
  setOpen(1);
  assertEquals(scaler.initialLanes({ ...PLAN, lanes }), 2);
  scaler.stop();
});

Deno.test("Scaler.fill() starts lanes for expected clients, no more at a time than the pace", async () => {
  const { scaler, pool, ready } = makeScaler({ min: 1, max: 9, spare: 1 });
  scaler.fill();
  await ready([0]);
  assertEquals([scaler.room, scaler.isGrowing], [1, false]);
  scaler.expected = 4;
  scaler.pace = 2;
  scaler.fill();
  assertEquals(pool.lanes.map(({ state }) => state), ["ready", "starting", "starting"]);
  assertEquals([scaler.room, scaler.isGrowing], [0, true]);
  await ready([0, 1, 2]);
  scaler.fill();
  await ready([0, 1, 2, 3, 4]);
  assertEquals([scaler.room, scaler.isGrowing], [1, false], "four clients and a spare lane");
  scaler.stop();
});

Deno.test("Scaler logs one failure for all lanes that cannot start at a time, and another generation does not wait", async () => {
  const errors: string[] = [];
  const log = { ...SILENT, error: (message: string) => void errors.push(message) };
  const { scaler, pool, readiness, ready } = makeScaler({ min: 5, max: 5, spare: 0 }, log);
  readiness.isFailing = true;
  scaler.fill();
  await until("all have failed", () => pool.lanes.length === 0);
  assertEquals(errors, ["Cannot start another worker yet, trying again"]);
  assertEquals(scaler.failure?.message, "broken");
  await until("five have failed again, and one that tried for all", () => errors.length === 3);
  readiness.isFailing = false;
  const { serving } = scaler;
  scaler.serving = serving;
  assertEquals(scaler.failure, null);
  scaler.fill();
  assertEquals(pool.lanes.length, 5, "at once");
  await ready([11, 12, 13, 14, 15]);
  scaler.stop();
});

const REPLACED = "Worker started to replace a lost one";

Deno.test(
  "a lane that dies while it retires is not said to be replaced by the next one that starts",
  TIMERS,
  async () => {
    await using server = superviseFakes();
    const { supervisor, lanes, records, start } = server;
    await start(planOf({ min: 2 }));
    for (const { row } of lanes.all) row.addOpen(1, row.tenancy);
    supervisor.scale(-1);
    await until("one retires", () => lanes.all[0]?.calls.includes("retire") === true);
    lanes.all[0]?.crash("boom");
    await until("it is gone", () => supervisor.lanes.length === 1);
    supervisor.scale(1);
    await until("another one has started", () => supervisor.lanes[1]?.state === "ready");
    assertEquals(records, ["Worker crashed: its connections are closed"]);
  },
);

Deno.test(
  "a lane that is lost during a reload is replaced by one of its generation, not by a new one",
  TIMERS,
  async () => {
    await using server = superviseFakes();
    const { supervisor, lanes, records, start } = server;
    await start(planOf({ min: 2 }));
    lanes.isHeld = true;
    const reload = start(planOf({ min: 2 }));
    await until("a new lane starts", () => lanes.of(1).length === 1);
    lanes.all[0]?.row.add("accepted", 1);
    lanes.all[0]?.crash("boom");
    await until("it is replaced", () => lanes.of(0).length === 3);
    lanes.of(1)[0]?.ready();
    await until("the new lane is ready", () => supervisor.lanes[1]?.state === "ready");
    assertEquals(records.includes(REPLACED), false);
    lanes.of(0).at(-1)?.ready();
    await until("its replacement is ready", () => records.includes(REPLACED));
    lanes.isHeld = false;
    lanes.all.forEach((lane) => lane.ready());
    await reload;
    assertEquals(records.filter((record) => record === REPLACED).length, 1);
  },
);

Deno.test(
  "a hung lane that serves is said to be replaced, one that retires is not",
  TIMERS,
  async () => {
    await using server = superviseFakes({ maxHungThreads: 9 });
    const { supervisor, lanes, records, start } = server;
    await start(planOf({ min: 2 }));
    for (const { row } of lanes.all) row.addOpen(1, row.tenancy);
    const hang = (number: number) => {
      const lane = supervisor.lanes.find((one) => one.number === number);
      if (lane !== undefined) supervisor.killHung(lane);
    };
    supervisor.scale(-1);
    await until("one retires", () => lanes.all[0]?.calls.includes("retire") === true);
    hang(0);
    supervisor.scale(1);
    await until("another one has started", () => supervisor.lanes[1]?.state === "ready");
    assertEquals(records, []);
    hang(1);
    await until("it is replaced", () => records.length > 0);
    assertEquals(records, [REPLACED]);
    assertEquals(supervisor.hungThreads.map(({ number, state }) => `${number} ${state}`), [
      "0 hung",
      "1 hung",
    ]);
    assertEquals(supervisor.totals.hung, 2);
  },
);
