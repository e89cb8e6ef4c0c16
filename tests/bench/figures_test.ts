import { assertEquals } from "@std/assert";
import { cellUnit, formatBytes, formatCell, formatFigure } from "../../src/bench/figures.ts";
import { METRIC_NAMES, type MetricName } from "../../src/bench/report.ts";

function eachFigure(cases: readonly (readonly [MetricName, number, string])[]) {
  for (const [metric, value, text] of cases) {
    assertEquals(formatFigure(metric, value), text, `${metric} ${value}`);
  }
}

Deno.test("formatFigure() writes rates as grouped integers, and small ones with three digits", () => {
  eachFigure([
    ["rate", 0, "0/s"],
    ["rate", 0.5, "0.5/s"],
    ["rate", 12.34, "12.3/s"],
    ["rate", 99.94, "99.9/s"],
    ["rate", 99.96, "100/s"],
    ["rate", 12_345.4, "12,345/s"],
    ["rate", 1_234_567, "1,234,567/s"],
  ]);
});

Deno.test("formatFigure() writes milliseconds with three digits, at most three decimals", () => {
  eachFigure([
    ["p99_ms", 0.0004, "0 ms"],
    ["p99_ms", 0.0012, "0.001 ms"],
    ["p50_ms", 0.12, "0.12 ms"],
    ["p90_ms", 12.34, "12.3 ms"],
    ["p999_ms", 123.4, "123 ms"],
    ["max_ms", 1_234.4, "1,234 ms"],
  ]);
});

Deno.test("formatFigure() writes bytes in units of 1024, chosen after rounding", () => {
  eachFigure([
    ["peak_bytes", 512, "512 bytes"],
    ["peak_bytes", 1536, "1.5 KB"],
    ["rest_bytes", 45.2 * 1024 ** 2, "45.2 MB"],
    ["rest_bytes", 1024 ** 2 - 1, "1.0 MB"],
    ["peak_bytes", 3 * 1024 ** 3, "3.0 GB"],
    ["bytes_per_s", 2.5 * 1024 ** 2, "2.5 MB/s"],
  ]);
  assertEquals(formatBytes(1), "1 byte");
  assertEquals(formatBytes(0), "0 bytes");
  assertEquals(formatBytes(-9 * 1024 ** 2), "-9.0 MB");
});

Deno.test("formatFigure() writes microseconds with one decimal, shares in percent, counts grouped", () => {
  eachFigure([
    ["user_us", 8.13, "8.1 us"],
    ["user_us", 999.94, "999.9 us"],
    ["system_us", 1_234.56, "1,235 us"],
    ["balance", 0.942, "94%"],
    ["errors", 12_345, "12,345"],
    ["errors", 0.5, "0.5"],
    ["switches", 0.0312, "0.031"],
    ["threads", 66, "66"],
  ]);
});

Deno.test("formatFigure() and formatCell() write a dash for NaN and infinity, and never minus zero", () => {
  for (const metric of METRIC_NAMES) {
    for (const value of [NaN, Infinity, -Infinity]) {
      assertEquals(formatFigure(metric, value), "-");
      assertEquals(formatCell(metric, value), "-");
    }
    assertEquals(formatFigure(metric, -1e-9).startsWith("-"), false, metric);
  }
});

Deno.test("formatCell() writes all figures of a metric in the unit of cellUnit()", () => {
  const cells: readonly (readonly [MetricName, number, string, string])[] = [
    ["rate", 12_345, "12,345", ""],
    ["p99_ms", 0.12, "0.12", "ms"],
    ["user_us", 8.13, "8.1", "us"],
    ["peak_bytes", 1536, "0.0", "MB"],
    ["peak_bytes", 1500.5 * 1024 ** 2, "1,500.5", "MB"],
    ["bytes_per_s", 1024 ** 2 / 8, "0.125", "MB/s"],
    ["balance", 0.94, "94%", ""],
    ["switches", 0.5, "0.5", ""],
  ];
  for (const [metric, value, text, unit] of cells) {
    assertEquals([formatCell(metric, value), cellUnit(metric)], [text, unit], metric);
  }
});
