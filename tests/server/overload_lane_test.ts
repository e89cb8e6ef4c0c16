import { assertEquals } from "@std/assert";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import type { LaneHandle, Place } from "../../src/places/handle.ts";
import { here } from "../../src/places/here.ts";
import { OverloadLane } from "../../src/server/overload_lane.ts";
import { makeHost } from "../helpers/host.ts";
import { makeOrder } from "../helpers/order.ts";
import { SILENT } from "../helpers/supervision.ts";
import { until } from "../helpers/until.ts";

const WORK = makeOrder({ overload: "refuse", sharing: "shared" });
/** An address that no machine has (RFC 5737). */
const ELSEWHERE = [{ transport: "tcp", hostname: "192.0.2.1", port: 80 }] as const;

/** An overload lane, the lanes that it has opened, and what it has logged. */
function setUp() {
  const scoreboard = new Scoreboard();
  const opened: LaneHandle[] = [];
  const errors: string[] = [];
  const run = here(makeHost({ scoreboard }));
  const place: Place = (order) => {
    const lane = run(order);
    opened.push(lane);
    return lane;
  };
  const log = { ...SILENT, error: (message: string) => void errors.push(message) };
  const free = () => [...scoreboard.rows()].every(({ state }) => state === "free");
  const overload = new OverloadLane(place, scoreboard, log, () => {});
  return { overload, opened, errors, free };
}

Deno.test("an overload lane that cannot listen is logged once, and tried again while the server is full", async () => {
  const { overload, opened, errors, free } = setUp();
  overload.prepare({ ...WORK, addresses: ELSEWHERE }, null);
  for (let i = 0; i < 3; i++) {
    overload.set(true);
    await until("the lane is gone", free);
  }
  assertEquals(opened.length, 3);
  assertEquals(errors, ["Cannot refuse clients while the server is full, trying again"]);
  overload.prepare(WORK, null);
  overload.set(true);
  await opened[3]?.ready;
  overload.set(true);
  assertEquals(opened.length, 4);
  overload.set(false);
  await until("the lane is gone", free);
  assertEquals(errors.length, 1);
});

Deno.test("an overload lane that is retired before it has failed to listen rejects nothing unheard", async () => {
  const { overload, opened, errors, free } = setUp();
  overload.prepare({ ...WORK, addresses: ELSEWHERE }, null);
  overload.set(true);
  overload.set(false);
  await until("the lane is gone", free);
  assertEquals([opened.length, errors.length], [1, 1]);
});

Deno.test("an overload lane ends when a reload makes clients wait instead", async () => {
  const { overload, opened, free } = setUp();
  overload.prepare(WORK, null);
  overload.set(true);
  await opened[0]?.ready;
  overload.prepare({ ...WORK, overload: "wait" }, null);
  overload.set(true);
  await until("the lane is gone", free);
  assertEquals(opened.length, 1);
});
