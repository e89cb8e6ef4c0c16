import { assert, assertEquals } from "@std/assert";
import { Backoff } from "../../src/supervision/backoff.ts";

function failedTimes(count: number): Backoff {
  const backoff = new Backoff();
  for (let i = 1; i <= count; i++) backoff.failed(new Error(`death ${i}`));
  return backoff;
}

Deno.test("Backoff.delay is 0 at first, then doubles, with half of it random", () => {
  assertEquals(new Backoff().delay, 0);
  for (const [deaths, whole] of [[1, 100], [2, 200], [3, 400], [6, 3200]] as const) {
    const backoff = failedTimes(deaths);
    const delays = Array.from({ length: 200 }, () => backoff.delay);
    assert(delays.every((delay) => delay >= whole / 2 && delay <= whole), String(delays));
    assert(Math.max(...delays) - Math.min(...delays) > whole / 10, "the delay is always the same");
  }
});

Deno.test("Backoff.delay never exceeds half a minute", () => {
  const backoff = failedTimes(2000);
  for (let i = 0; i < 100; i++) assert(backoff.delay >= 15_000 && backoff.delay <= 30_000);
});

Deno.test("Backoff.finalError is the last error after six early deaths in a row", () => {
  assertEquals(failedTimes(5).finalError, null);
  assertEquals(failedTimes(6).finalError?.message, "death 6");
  assertEquals(failedTimes(7).finalError?.message, "death 7");
});

Deno.test("Backoff.stayingUp() starts over, but not for a lane from before the last death", () => {
  const before = performance.now();
  const backoff = failedTimes(6);
  backoff.stayingUp(before - 1);
  assertEquals(backoff.finalError?.message, "death 6");
  backoff.stayingUp(performance.now() + 1);
  assertEquals([backoff.delay, backoff.finalError], [0, null]);
  backoff.failed(new Error("again"));
  assert(backoff.delay >= 50 && backoff.delay <= 100);
});
