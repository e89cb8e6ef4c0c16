import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { threadClock } from "../../src/base/thread_clock.ts";

// It opens a library that stays open, which is no leak of a test.
const clock = threadClock();

Deno.test("threadClock() stands still while the thread waits", async () => {
  const before = clock();
  await delay(100);
  const passed = clock() - before;
  assert(passed < 50, `${passed} ms passed`);
});

Deno.test("threadClock() runs while the thread runs, never faster than time", () => {
  const [start, before] = [performance.now(), clock()];
  while (clock() - before < 5);
  assert(performance.now() - start >= 4.9);
  assertEquals(threadClock(), clock);
});
