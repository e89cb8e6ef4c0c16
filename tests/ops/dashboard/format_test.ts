import { assertEquals, assertMatch } from "@std/assert";
import * as format from "../../../src/ops/dashboard/page/format.js";

/** The texts of figures by a function. */
function textsOf(write: (value: number | null) => string, ...values: (number | null)[]): string[] {
  return values.map(write);
}

Deno.test("count(), perSecond() and percent() write figures short", () => {
  assertEquals(textsOf(format.count, 0, 12_345, null, NaN), ["0", "12,345", "–", "–"]);
  assertEquals(textsOf(format.perSecond, 0, 0.254, 12_345.6), ["0/s", "0.25/s", "12,346/s"]);
  assertEquals(textsOf(format.percent, 0, 0.005, 0.4213, 1.34), ["0%", "0.5%", "42%", "134%"]);
});

Deno.test("milliseconds(), bytes() and duration() take the unit that fits", () => {
  assertEquals(
    textsOf(format.milliseconds, 0, 0.12, 0.9999, 4.234, 999.7, 61_000),
    ["0 ms", "120 us", "1 ms", "4.23 ms", "1 s", "1 min 1 s"],
  );
  assertEquals(
    textsOf(format.bytes, 0, 512, 1024, 50_650_000, null),
    ["0 B", "512 B", "1 KB", "48.3 MB", "–"],
  );
  assertEquals(
    textsOf(format.duration, -1, 8.9, 125, 11_520, 86_400),
    ["0 s", "8 s", "2 min 5 s", "3 h 12 min", "1 d"],
  );
});

Deno.test("timeOfDay() and counted() write times and nouns", () => {
  assertEquals([format.timeOfDay("nonsense"), format.timeOfDay(undefined)], ["–", "–"]);
  const time = "2026-11-21T12:00:05.900Z";
  assertMatch(format.timeOfDay(time, new Date(time)), /^\d\d:\d\d:05$/);
  assertMatch(format.timeOfDay(time, new Date("2026-11-23T12:00Z")), /^21 Nov \d\d:\d\d:05$/);
  assertEquals([format.counted(1, "lane"), format.counted(2000, "lane")], [
    "1 lane",
    "2,000 lanes",
  ]);
});
