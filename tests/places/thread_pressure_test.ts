import { assertEquals } from "@std/assert";
import type { Event } from "../../src/core/event.ts";
import type { Row } from "../../src/lane/row.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { watchPressure } from "../../src/places/thread_pressure.ts";
import { makeOrder } from "../helpers/order.ts";

const ACCEPTED = { type: "accepted" } as Event;
const CLOSED = { type: "closed" } as Event;

/** Four lanes that are ready, the first of which is watched. */
function watch(overload: "wait" | "refuse", maxLanes: number) {
  const scoreboard = new Scoreboard();
  const rows = Array.from({ length: 4 }, () => {
    const row = scoreboard.claim(0, 0);
    if (row === null) throw new Error("No row is free");
    row.state = "ready";
    return row;
  });
  let reports = 0;
  const order = makeOrder({ spare: 2, maxLanes, overload });
  const emit = watchPressure(order, scoreboard, () => reports++);
  /** Sets how many are busy, and returns how many reports an event causes. */
  const reportsOf = (event: Event, busy: number) => {
    rows.forEach((row: Row, i) => row.addOpen((i < busy ? 1 : 0) - row.open, row.tenancy));
    reports = 0;
    emit(event);
    return reports;
  };
  return { scoreboard, reportsOf };
}

Deno.test("a lane reports once that few are idle, until that is watched no more", () => {
  const { scoreboard, reportsOf } = watch("wait", 8);
  assertEquals([1, 2, 3, 4, 3].map((busy) => reportsOf(ACCEPTED, busy)), [0, 0, 1, 0, 0]);
  assertEquals(reportsOf(CLOSED, 3), 0);
  scoreboard.isWatched = false;
  assertEquals([4, 4].map((busy) => reportsOf(ACCEPTED, busy)), [1, 0]);
});

Deno.test("a lane does not report that few are idle when there may be no more", () => {
  const { reportsOf } = watch("wait", 4);
  assertEquals([3, 4].map((busy) => reportsOf(ACCEPTED, busy)), [0, 0]);
});

Deno.test("a lane reports each time that the last idle one takes a client, or one is idle again, if clients may be refused", () => {
  const { reportsOf } = watch("refuse", 4);
  assertEquals([3, 4, 4].map((busy) => reportsOf(ACCEPTED, busy)), [0, 1, 1]);
  assertEquals([3, 3, 2].map((busy) => reportsOf(CLOSED, busy)), [1, 1, 0]);
});
