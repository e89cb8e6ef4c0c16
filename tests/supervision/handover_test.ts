import { assertEquals, assertRejects } from "@std/assert";
import { handOver, type Successors } from "../../src/supervision/handover.ts";
import type { SupervisedLane } from "../../src/supervision/supervised_lane.ts";
import { UNLIMITED } from "../helpers/supervision.ts";
import { until } from "../helpers/until.ts";

/** Full lanes, of which those that retire are listed. They are gone when `leave` is called. */
function makeLanes(count: number) {
  const retired: number[] = [];
  const leave = Promise.withResolvers<void>();
  const lanes = Array.from({ length: count }, (_, number) =>
    ({
      gone: leave.promise,
      retire: () => Promise.resolve(void retired.push(number)),
    }) as unknown as SupervisedLane);
  return { lanes, retired, leave: leave.resolve };
}

const growing = (room: number): Successors & { room: number; isGrowing: boolean } => ({
  expected: 0,
  isGrowing: true,
  room,
  failure: null,
  fill() {},
});

Deno.test("handOver() retires as many lanes as there is room for, and says which clients are to come", async () => {
  const { lanes, retired, leave } = makeLanes(5);
  const successors = growing(2);
  let isOver = false;
  let fills = 0;
  successors.fill = () => {
    if (fills++ > 0) successors.room = 0;
  };
  const all = handOver(lanes, successors, UNLIMITED).then(() => isOver = true);
  assertEquals([retired, successors.expected], [[0, 1], 2]);
  await until("it waits for room", () => fills > 2);
  assertEquals([retired, isOver], [[0, 1], false]);
  successors.fill = () => {
    successors.room = 3;
    successors.isGrowing = false;
  };
  leave();
  await all;
  assertEquals([retired, successors.expected], [[0, 1, 2, 3, 4], null]);
});

Deno.test("handOver() does not wait for room beyond its deadline", async () => {
  const { lanes, retired, leave } = makeLanes(3);
  await handOver(lanes, growing(0), UNLIMITED, 0);
  assertEquals(retired, [0, 1, 2]);
  leave();
});

Deno.test("handOver() leaves the rest to serve when the successors die early", async () => {
  const { lanes, retired, leave } = makeLanes(3);
  const successors = { ...growing(1), failure: null as Error | null };
  const all = handOver(lanes, successors, UNLIMITED);
  successors.failure = new Error("boom");
  await assertRejects(() => all, Error, "boom");
  assertEquals([retired, successors.expected], [[0], null]);
  leave();
});
