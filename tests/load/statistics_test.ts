import { assert, assertEquals } from "@std/assert";
import { PERCENTILES } from "../../src/bench/report.ts";
import { Random } from "../../src/load/random.ts";
import { LoadStatistics } from "../../src/load/statistics.ts";

/** The precision of latencies: 0.1%, at best a microsecond. */
function isNear(value: number, exact: number): boolean {
  return Math.abs(value - exact) <= exact * 0.001 + 0.001;
}

/** Checks the statistics against the sorted latencies. */
function check(latencies: readonly number[], name: string): void {
  const statistics = new LoadStatistics();
  latencies.forEach((latency) => statistics.latency(latency));
  const sorted = latencies.toSorted((a, b) => a - b);
  const last = sorted.length - 1;
  const summary = statistics.summary(PERCENTILES);
  if (summary === null) throw new Error("There is no summary");
  const { mean, p50, p90, p99, p999, max, curve } = summary;
  const percentiles = [...PERCENTILES, 50, 90, 99, 99.9, 100];
  [...curve, p50, p90, p99, p999, max].forEach((value, i) => {
    const percentile = percentiles[i] ?? 0;
    const rank = percentile / 100 * sorted.length;
    // A percentile may be either of two neighbours.
    const near = [Math.floor(rank) - 1, Math.ceil(rank) - 1, Math.ceil(rank)]
      .map((place) => sorted[Math.min(Math.max(place, 0), last)] ?? 0);
    assert(
      near.some((exact) => isNear(value, exact)),
      `${name}: ${value} at ${percentile}%, expected one of ${near}`,
    );
  });
  const exactMean = latencies.reduce((sum, latency) => sum + latency, 0) / latencies.length;
  assert(isNear(mean, exactMean), `${name}: mean ${mean}, expected ${exactMean}`);
}

Deno.test("LoadStatistics has percentiles that are exact to 0.1%", () => {
  const random = new Random(1);
  const unit = () => random.below(1e9) / 1e9;
  const make = (count: number, one: () => number) => Array.from({ length: count }, one);
  check([5], "one");
  check([0.1, 7], "two");
  check(make(1000, () => 1 + unit()), "even");
  check(make(50_000, () => -Math.log(1 - unit())), "exponential");
  check(make(50_000, () => 0.05 * 10 ** (6 * unit())), "from 50 us to 50 s");
  check(make(20_000, () => unit() < 0.99 ? 0.2 + unit() / 10 : 300 * unit()), "two humps");
});

Deno.test("LoadStatistics has no summary without latencies", () => {
  const statistics = new LoadStatistics();
  assertEquals(statistics.summary([50]), null);
  statistics.error("reset");
  assertEquals(statistics.summary([50]), null);
  statistics.latency(1);
  assertEquals(statistics.summary([])?.curve, []);
});

Deno.test("LoadStatistics records latencies from a microsecond to an hour", () => {
  const statistics = new LoadStatistics();
  for (const latency of [0, -0.5, 0.0001]) statistics.latency(latency);
  assertEquals(statistics.summary([0, 100])?.curve, [0.001, 0.001]);
  statistics.latency(1e12);
  const { max = 0 } = statistics.summary([]) ?? {};
  assert(isNear(max, 3_600_000), `${max} ms`);
});

Deno.test("LoadStatistics counts errors by kind", () => {
  const statistics = new LoadStatistics();
  ["reset", "status 503", "reset"].forEach((kind) => statistics.error(kind));
  assertEquals(statistics.errors, { "reset": 2, "status 503": 1 });
});
