import { assertEquals } from "@std/assert";
import {
  formatDuration,
  formatPercent,
  formatSize,
  parseDuration,
  parsePercent,
  parseSize,
} from "../../src/settings/units.ts";

Deno.test("parseDuration() reads every unit as milliseconds", () => {
  assertEquals(parseDuration("500ms"), 500);
  assertEquals(parseDuration("30s"), 30_000);
  assertEquals(parseDuration("2m"), 120_000);
  assertEquals(parseDuration("1h"), 3_600_000);
  assertEquals(parseDuration("1d"), 86_400_000);
  assertEquals(parseDuration("1.5s"), 1_500);
  assertEquals(parseDuration("2 M"), 120_000);
});

Deno.test("parseDuration() treats a bare number as seconds", () => {
  assertEquals(parseDuration("5"), 5_000);
  assertEquals(parseDuration(5), 5_000);
  assertEquals(parseDuration(0.25), 250);
  assertEquals(parseDuration("0"), 0);
});

Deno.test("parseDuration() is null for text that is not a duration", () => {
  for (
    const wrong of ["", "abc", "-1s", "1w", "1e3", "s", "1s1", "0x10", NaN, -1]
  ) {
    assertEquals(parseDuration(wrong), null, String(wrong));
  }
});

Deno.test("parseSize() reads every unit as a power of 1024", () => {
  assertEquals(parseSize("16"), 16);
  assertEquals(parseSize(16), 16);
  assertEquals(parseSize("16b"), 16);
  for (const kilobytes of ["16k", "16kb", "16KB", "16kib", "16 KiB"]) {
    assertEquals(parseSize(kilobytes), 16_384, kilobytes);
  }
  assertEquals(parseSize("1.5mb"), 1_572_864);
  assertEquals(parseSize("1g"), 1024 ** 3);
});

Deno.test("parseSize() is null for text that is not a size", () => {
  for (const wrong of ["", "kb", "-1", "1tb", "1ib", "1bb", "1 k b"]) {
    assertEquals(parseSize(wrong), null, wrong);
  }
});

Deno.test("parsePercent() reads percentages with and without the sign", () => {
  for (const ten of ["10%", "10", "10 %", " 10.0% ", 10]) {
    assertEquals(parsePercent(ten), 10, String(ten));
  }
  assertEquals(parsePercent("2.5%"), 2.5);
  for (const wrong of ["", "%", "ten%", "-1%", "10%%", "1e1", "10p", NaN]) {
    assertEquals(parsePercent(wrong), null, String(wrong));
  }
});

Deno.test("formatPercent() is the inverse of parsePercent()", () => {
  assertEquals(formatPercent(10), "10%");
  for (const value of [0, 2.5, 100]) assertEquals(parsePercent(formatPercent(value)), value);
});

Deno.test("formatDuration() and formatSize() are the inverses of their parsers", () => {
  assertEquals(formatDuration(300_000), "5m");
  assertEquals(formatDuration(90_000), "90s");
  assertEquals(formatDuration(1), "1ms");
  assertEquals(formatSize(10 * 1024 ** 2), "10mb");
  assertEquals(formatSize(1500), "1500b");
  for (const value of [0, 1, 999, 1_000, 1_024, 25_000, 86_400_000, 1 << 30]) {
    assertEquals(parseDuration(formatDuration(value)), value);
    assertEquals(parseSize(formatSize(value)), value);
  }
});
