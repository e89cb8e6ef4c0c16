import { assert, assertEquals } from "@std/assert";
import { type Case, METRIC_NAMES, type Spread } from "../../src/bench/report.ts";
import {
  ahead,
  best,
  byConnections,
  differ,
  errorKinds,
  relativeSpread,
  spreadOf,
  summarize,
  withheld,
} from "../../src/bench/summary.ts";
import { makeCase, makeReport, makeRun, SUBJECTS } from "../helpers/bench_report.ts";

function spread(min: number, median: number, max: number): Spread {
  return { median, min, max };
}

/** A case whose runs have these rates. */
function withRates(rates: readonly number[], connections = 8): Case {
  return makeCase(SUBJECTS.async, connections, rates.map((rate) => makeRun({ rate })));
}

Deno.test("summarize() returns the median and the extremes of each metric", () => {
  const runs = [30, 10, 20].map((rate) => makeRun({ rate, p99_ms: rate / 10 }));
  const summary = summarize(runs);
  assertEquals(summary.rate, { median: 20, min: 10, max: 30 });
  assertEquals(summary.p99_ms, { median: 2, min: 1, max: 3 });
  assertEquals(Object.keys(summary), METRIC_NAMES);
});

Deno.test("summarize() takes the mean of the middle two of an even count", () => {
  const runs = [40, 10, 20, 31].map((rate) => makeRun({ rate }));
  assertEquals(summarize(runs).rate, { median: 25.5, min: 10, max: 40 });
});

Deno.test("summarize() ignores runs without a figure, and returns null if none has it", () => {
  const runs = [makeRun({ rate: null }), makeRun({ rate: 5 }), makeRun({ rate: NaN })];
  assertEquals(summarize(runs).rate, { median: 5, min: 5, max: 5 });
  assertEquals(summarize(runs).balance, null);
  for (const metric of METRIC_NAMES) assertEquals(summarize([])[metric], null);
});

Deno.test("summarize() does not modify the runs, and agrees with the sample report", () => {
  for (const { runs, summary } of makeReport().cases) {
    const before = structuredClone(runs);
    assertEquals(summarize(runs), summary);
    assertEquals(runs, before);
  }
});

Deno.test("spreadOf() keeps zeros and negative numbers", () => {
  assertEquals(spreadOf([0, -2, null]), { median: -1, min: -2, max: 0 });
  assertEquals(spreadOf([null]), null);
});

Deno.test("relativeSpread() is half of the range over the median, or null if that is meaningless", () => {
  assertEquals(relativeSpread(spread(90, 100, 110)), 0.1);
  assertEquals(relativeSpread(spread(100, 100, 100)), null);
  assertEquals(relativeSpread(spread(0, 0, 5)), null);
});

Deno.test("differ() requires ranges that do not overlap", () => {
  assert(differ(spread(90, 100, 110), spread(111, 120, 130)));
  assert(differ(spread(111, 120, 130), spread(90, 100, 110)));
  assert(!differ(spread(90, 100, 110), spread(110, 120, 130)));
  assert(!differ(spread(90, 100, 110), spread(95, 100, 101)));
});

Deno.test("differ() requires medians that are 3% apart, however narrow the ranges are", () => {
  assert(!differ(spread(99.9, 100, 100.1), spread(102.8, 102.9, 103)));
  assert(differ(spread(99.9, 100, 100.1), spread(102.9, 103, 103.1)));
});

Deno.test("differ() requires 5% if one of the figures has no range", () => {
  assert(!differ(spread(100, 100, 100), spread(104, 104, 104)));
  assert(!differ(spread(100, 100, 100), spread(103.9, 104, 104.1)));
  assert(differ(spread(100, 100, 100), spread(105, 105, 105)));
  assert(!differ(spread(100, 100, 100), spread(100, 100, 100)));
});

Deno.test("differ() tells zero from other figures, but not from zero", () => {
  assert(differ(spread(0, 0, 0), spread(1, 1, 1)));
  assert(!differ(spread(0, 0, 0), spread(0, 0, 0)));
});

Deno.test("ahead() returns those that do not differ from the best, the best first", () => {
  const all = [spread(1, 1, 1), spread(95, 99, 101), spread(98, 100, 103), spread(80, 81, 82)];
  const self = (one: Spread) => one;
  assertEquals(ahead(all, self, "higher").map(({ median }) => median), [100, 99]);
  assertEquals(ahead(all, self, "lower").map(({ median }) => median), [1]);
  assertEquals(ahead([], self, "lower"), []);
  assertEquals(ahead([1, 2], () => null, "lower"), []);
});

Deno.test("best() returns the best case and those that do not differ from it", () => {
  const cases = [[100, 101, 102], [101, 102, 103], [50, 51, 52]].map((rates) => withRates(rates));
  assertEquals(best(cases, "rate"), new Set(cases.slice(0, 2)));
});

Deno.test("best() follows the direction of a metric", () => {
  const cases = [1, 2].map((p99_ms) => makeCase(SUBJECTS.async, 8, [makeRun({ p99_ms })]));
  assertEquals(best(cases, "p99_ms"), new Set(cases.slice(0, 1)));
});

Deno.test("best() compares cases with the same number of connections only", () => {
  const cases = [
    withRates([100], 8),
    withRates([200], 8),
    withRates([900], 64),
    withRates([800], 64),
    withRates([5000], 1000),
  ];
  assertEquals(best(cases, "rate"), new Set([cases[1], cases[2]]));
});

Deno.test("best() is empty if fewer than two have the figure, or none differs", () => {
  assertEquals(best([], "rate").size, 0);
  assertEquals(best([withRates([100]), withRates([])], "rate").size, 0);
  assertEquals(best([withRates([100]), withRates([101]), withRates([])], "rate").size, 0);
});

Deno.test("byConnections() begins with the fewest connections, and keeps the order of cases", () => {
  const cases = [withRates([1], 64), withRates([2], 8), withRates([3], 64)];
  assertEquals(byConnections(cases), [
    { connections: 8, cases: [cases[1]] },
    { connections: 64, cases: [cases[0], cases[2]] },
  ] as ReturnType<typeof byConnections>);
  assertEquals(byConnections([]), []);
});

Deno.test("errorKinds() counts runs without a kind as 0, and begins with the most frequent", () => {
  const runs = [{ reset: 2, unanswered: 9 }, { unanswered: 7, "status 503": 0 }, {}].map((errors) =>
    makeRun({}, { errors })
  );
  assertEquals(errorKinds(runs), [
    { kind: "unanswered", spread: { median: 7, min: 0, max: 9 }, runs: 2 },
    { kind: "reset", spread: { median: 0, min: 0, max: 2 }, runs: 1 },
  ]);
  assertEquals(errorKinds([]), []);
});

Deno.test("withheld() returns the first reason and the number of such runs", () => {
  const runs = [null, "busy", "busier"].map((limited) => makeRun({}, { limited }));
  assertEquals(withheld(runs), { reason: "busy", runs: 2 });
  assertEquals(withheld([makeRun()]), null);
});
