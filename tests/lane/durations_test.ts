import { assertEquals } from "@std/assert";
import { DURATION_BOUNDS, durationAt, durationIndex } from "../../src/lane/durations.ts";

/** How far beyond a bound a duration is certainly more than that. */
const MORE = 1 + 1e-12;

Deno.test("durationIndex() takes a duration of exactly a bound into its bucket, and one beyond into the next", () => {
  for (const [i, bound] of DURATION_BOUNDS.entries()) {
    const milliseconds = bound * 1000;
    assertEquals(durationIndex(milliseconds / MORE), i, `just below ${bound} s`);
    assertEquals(durationIndex(milliseconds), i, `${bound} s`);
    assertEquals(durationIndex(milliseconds * MORE), i + 1, `just above ${bound} s`);
  }
});

Deno.test("durationIndex() agrees with a search of the bounds, for any duration", () => {
  for (let i = 0; i < 10_000; i++) {
    const milliseconds = 0.01 * 2 ** (Math.random() * 25);
    const found = DURATION_BOUNDS.findIndex((bound) => milliseconds <= bound * 1000);
    const expected = found === -1 ? DURATION_BOUNDS.length : found;
    assertEquals(durationIndex(milliseconds), expected, `${milliseconds} ms`);
  }
});

Deno.test("durationIndex() has a bucket for what is no usual duration", () => {
  for (const milliseconds of [0, -0, -1, 5e-324, 1e-300]) {
    assertEquals(durationIndex(milliseconds), 0, `${milliseconds}`);
  }
  for (const milliseconds of [1e300, Infinity, NaN]) {
    assertEquals(durationIndex(milliseconds), DURATION_BOUNDS.length, `${milliseconds}`);
  }
});

Deno.test("durationAt() interpolates in the bucket, and is null without durations", () => {
  const counts = DURATION_BOUNDS.map(() => 0).concat(0);
  assertEquals(durationAt(counts, 0.5), null);
  counts[2] = 10; // From 0.00015 to 0.0002 s.
  assertEquals(durationAt(counts, 0.5)?.toFixed(6), "0.000175");
  assertEquals(durationAt(counts, 1), 0.0002);
  counts[4] = 10; // From 0.0003 to 0.0004 s.
  assertEquals(durationAt(counts, 0.5), 0.0002);
  assertEquals(durationAt(counts, 0.75)?.toFixed(6), "0.000350");
});

Deno.test("durationAt() takes what is beyond the last bound as that bound", () => {
  const counts = DURATION_BOUNDS.map(() => 0).concat(3);
  assertEquals(durationAt(counts, 0.5), 78.6432);
});
