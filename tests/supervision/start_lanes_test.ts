import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import { availableProcessors } from "../../src/base/processors.ts";
import type { Exit, Ready } from "../../src/places/handle.ts";
import { startLanes } from "../../src/supervision/start_lanes.ts";
import type { SupervisedLane } from "../../src/supervision/supervised_lane.ts";
import { until } from "../helpers/until.ts";

/** Launches lanes that are ready, or fail, when told so. */
function makeLauncher() {
  const starting: PromiseWithResolvers<Ready>[] = [];
  const gone = Promise.withResolvers<Exit>();
  return {
    starting,
    crashFirst: (error: Error) => gone.resolve({ kind: "crashed", error }),
    launch(): SupervisedLane {
      const ready = Promise.withResolvers<Ready>();
      starting.push(ready);
      const end = starting.length === 1 ? gone.promise : new Promise(() => {});
      return { handle: { ready: ready.promise }, gone: end } as unknown as SupervisedLane;
    },
  };
}

const READY: Ready = { addresses: [], refusal: null, sockets: [] };
const COUNT = 20;

Deno.test("startLanes() starts all lanes at once while nobody is served", async () => {
  const { starting, launch } = makeLauncher();
  const all = startLanes(launch, COUNT, false);
  await until("all are launched", () => starting.length === COUNT);
  starting.forEach(({ resolve }) => resolve(READY));
  assertEquals(await all, READY);
});

Deno.test("startLanes() leaves half of the processors to the lanes that serve", async () => {
  const { starting, launch } = makeLauncher();
  const most = Math.max(1, Math.floor(await availableProcessors() / 2));
  const all = startLanes(launch, COUNT, true);
  for (let ready = 0; ready < COUNT; ready++) {
    await until("the next is launched", () => starting.length > ready);
    assert(starting.length - ready <= most, `${starting.length - ready} start at once`);
    starting[ready]?.resolve(READY);
  }
  assertEquals(await all, READY);
});

Deno.test("startLanes() launches no more once a lane cannot start", async () => {
  const { starting, launch } = makeLauncher();
  const all = startLanes(launch, COUNT, true);
  starting[0]?.resolve(READY);
  await until("the second is launched", () => starting.length > 1);
  const { length } = starting;
  starting[1]?.reject(new Error("no room"));
  await assertRejects(() => all, Error, "no room");
  starting.forEach(({ resolve }) => resolve(READY));
  // Another launch would follow a promise.
  await delay(0);
  assertEquals(starting.length, length);
});

Deno.test("startLanes() fails once a lane crashes while the others start, and launches no more", async () => {
  const { starting, launch, crashFirst } = makeLauncher();
  const all = startLanes(launch, COUNT, true);
  starting[0]?.resolve(READY);
  await until("the second is launched", () => starting.length > 1);
  crashFirst(new Error("boom"));
  await assertRejects(() => all, Error, "it crashed right after its start: boom");
  const { length } = starting;
  starting.forEach(({ resolve }) => resolve(READY));
  await delay(0);
  assertEquals(starting.length, length);
});
