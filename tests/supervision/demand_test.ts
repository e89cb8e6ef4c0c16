import { assert, assertEquals } from "@std/assert";
import { Demand } from "../../src/supervision/demand.ts";
import type { Flow } from "../../src/supervision/flow.ts";
import type { ServingLanes } from "../../src/supervision/serving_lanes.ts";
import { planOf, superviseFakes } from "../helpers/supervision.ts";
import { until } from "../helpers/until.ts";

/** Milliseconds between two looks of the tests. */
const STEP = 5;
const LANES = 8;
/** A stop leaves the timers of lanes that were told to end. */
const TIMERS = { sanitizeOps: false, sanitizeResources: false };

/** What is seen in a look; what is left out is as in a server whose eight lanes all keep their clients. */
interface Seen extends Partial<Flow> {
  /** How long threads have waited for a processor so far, in milliseconds. */
  readonly processorWait?: number | null;
}

/** Shows a series of looks, 5 ms apart; returns for how many clients lanes were to start after each. */
async function watch(series: readonly Seen[]): Promise<number[]> {
  const lanes = { waiting: 0, isShort: true, all: new Array(LANES), starting: [] };
  const found: number[] = [];
  let last = -1;
  const demand = new Demand({
    lanes: lanes as unknown as ServingLanes,
    look() {
      const seen = series[Math.min(++last, series.length - 1)];
      return { time: last * STEP, queued: 0, taken: 0, ended: 0, idle: 0, ...seen };
    },
    processorWait: () => series[last]?.processorWait ?? 0,
    fill() {
      found.push(lanes.waiting);
      lanes.isShort = found.length < series.length - 1;
    },
    setWatched() {},
  });
  demand.check();
  await until("the series is over", () => !lanes.isShort);
  demand.stop();
  return found;
}

function series(length: number, seen: (look: number) => Seen): Seen[] {
  return Array.from({ length }, (_, look) => seen(look));
}

Deno.test("Demand finds the clients that have waited for some milliseconds, and no others", async () => {
  // Of five clients, a lane takes two; meanwhile one more comes.
  const clients = [
    { queued: 5, taken: 10 },
    { queued: 5, taken: 10 },
    { queued: 4, taken: 12 },
    { queued: 4, taken: 12 },
    { queued: 0, taken: 16 },
  ];
  assertEquals(await watch(clients), [0, 3, 3, 0]);
});

Deno.test("Demand starts no lane for clients that wait less than some milliseconds", async () => {
  // A queue of four is always there, and always other clients.
  const turnover = series(20, (look) => ({ queued: 4, taken: 4 * look, ended: 4 * look }));
  assertEquals(await watch(turnover), new Array(19).fill(0));
});

Deno.test("Demand starts no lane while lanes that lack processors serve one client after another", async () => {
  const overload = series(40, (look) => ({
    ...{ queued: 100, taken: 8 * look, ended: 8 * look },
    processorWait: 2 * STEP * look,
  }));
  assertEquals(await watch(overload), new Array(39).fill(0));
});

Deno.test("Demand grows by half of the lanes at a time while they serve slowly and lack no processors", async () => {
  const slow = series(30, (look) => ({ queued: 100, taken: look, ended: look }));
  const found = await watch(slow);
  assertEquals(found.filter((count) => count > 0), [LANES / 2, LANES / 2, LANES / 2]);
  const [first = 0, second = 0] = found.flatMap((count, look) => count > 0 ? [look] : []);
  assert((second - first) * STEP >= 50, `it grew again after ${(second - first) * STEP} ms`);
});

Deno.test("Demand starts lanes for all that wait once every lane keeps its client, processors or not", async () => {
  const held = series(15, (look) => ({ queued: 30, processorWait: 9 * STEP * look }));
  const found = await watch(held);
  assertEquals(
    found.slice(0, 9),
    new Array(9).fill(0),
    "the lanes may be slow, for want of processors",
  );
  assertEquals(found.slice(9), new Array(5).fill(30));
});

Deno.test("Demand takes clients to wait while all lanes are busy, if the queue cannot be seen", async () => {
  const busy = series(4, () => ({ queued: null }));
  assertEquals(await watch(busy), [0, LANES / 2, LANES / 2]);
  const idle = series(4, (look) => ({ queued: null, idle: look % 2 }));
  assertEquals(await watch(idle), [0, 0, 0]);
});

Deno.test(
  "Supervisor.meetDemand() starts as many lanes as clients wait, once no more are spare",
  TIMERS,
  async () => {
    await using server = superviseFakes();
    const { supervisor, lanes, queue, start } = server;
    await start(planOf({ min: 2, max: 20, spare: 1 }));
    lanes.isHeld = true;
    queue.length = 7;
    const isWatched = () => !lanes.scoreboard.requestWatch();
    supervisor.meetDemand();
    assertEquals([lanes.all.length, isWatched()], [2, false], "one is idle");
    for (const { row } of lanes.all) row.addOpen(1, row.tenancy);
    lanes.scoreboard.requestWatch();
    supervisor.meetDemand();
    assertEquals(lanes.all.length, 2);
    /** Lanes that have started take a client each. */
    const serve = () => {
      for (const { row, ready } of lanes.all.slice(2)) {
        ready();
        if (row.open > 0) continue;
        row.addOpen(1, row.tenancy);
        queue.length = Math.max(0, (queue.length ?? 0) - 1);
      }
    };
    await until("seven have started", () => {
      serve();
      return queue.length === 0;
    });
    assertEquals(lanes.all.length, 9);
    await until("there is a spare one as well", () => lanes.all.length === 10);
    lanes.all.at(-1)?.ready();
    await until("it watches no more", () => !isWatched());
    assertEquals(lanes.all.length, 10);
  },
);
