import { assert, assertEquals } from "@std/assert";
import { Pacing } from "../../src/load/pacing.ts";

Deno.test("Pacing is never due in the closed model", () => {
  const pacing = new Pacing(null);
  assertEquals([pacing.isOpen, pacing.next], [false, Infinity]);
  pacing.start(1000);
  assertEquals(pacing.next, Infinity);
});

Deno.test("Pacing spaces requests evenly from the start on", () => {
  const pacing = new Pacing(250);
  assertEquals([pacing.isOpen, pacing.next], [true, Infinity]);
  pacing.start(1000);
  assertEquals(pacing.next, 1000);
  assertEquals(Array.from({ length: 5 }, () => pacing.take()), [1000, 1004, 1008, 1012, 1016]);
  assertEquals(pacing.next, 1020);
});

Deno.test("Pacing supports rates below 1 and far above 1,000 per second", () => {
  for (const [rate, interval] of [[0.5, 2000], [8000, 0.125], [10_000_000, 0.0001]] as const) {
    const pacing = new Pacing(rate);
    pacing.start(0);
    pacing.take();
    assertEquals(pacing.next, interval);
  }
});

Deno.test("Pacing stays exact over millions of requests", () => {
  for (const rate of [3, 7777, 999_999]) {
    const pacing = new Pacing(rate);
    const start = 123_456.789;
    pacing.start(start);
    const count = 2_000_000;
    for (let i = 0; i < count; i++) pacing.take();
    const wrong = Math.abs(pacing.next - (start + count * 1000 / rate));
    assert(wrong < 0.01, `${wrong} ms after ${count} requests at ${rate}/s`);
  }
});
