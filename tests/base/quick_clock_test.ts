import { assert } from "@std/assert";
import { quickClock } from "../../src/base/quick_clock.ts";

// Opens the C library for good, so it must not look like a leak of a test.
const clock = quickClock();

Deno.test("quickClock() tells the time of performance.now(), and never goes back", () => {
  let last = clock();
  let [least, most] = [-Infinity, Infinity];
  for (const end = performance.now() + 50; performance.now() < end;) {
    const before = performance.now();
    const time = clock();
    const after = performance.now();
    assert(time >= last, `${last} was followed by ${time}`);
    least = Math.max(least, before - time);
    most = Math.min(most, after - time);
    last = time;
  }
  // Set once, when a busy machine may come between both readings, it goes on at the same rate.
  assert(least < most + 1, `it is late by ${least} ms, but by no more than ${most} ms`);
  assert(least < 5000 && most > -5000, `it is late by ${least} to ${most} ms`);
});
