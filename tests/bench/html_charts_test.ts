import { assertAlmostEquals, assertEquals } from "@std/assert";
import { linearAxis, logarithmicAxis } from "../../src/bench/html/axes.ts";
import type { BarChart, LineChart } from "../../src/bench/html/chart.ts";
import { figuresOf } from "../../src/bench/html/charts_section.ts";
import type { Case } from "../../src/bench/report.ts";
import { makeCase, makeReport, makeRun, SUBJECTS } from "../helpers/bench_report.ts";

const REPORT = makeReport();

function linesOf(cases: readonly Case[], id: string, view = 0): LineChart {
  const chart = figuresOf(cases).find((figure) => figure.id === id)?.views[view]?.chart;
  if (chart?.kind !== "lines") throw new Error(`Cannot find lines in ${id}`);
  return chart;
}

function barsOf(cases: readonly Case[], id: string, view = 0): BarChart {
  const chart = figuresOf(cases).find((figure) => figure.id === id)?.views[view]?.chart;
  if (chart?.kind !== "bars") throw new Error(`Cannot find bars in ${id}`);
  return chart;
}

Deno.test("figuresOf() gives a subject the same look in all charts, dashed for a peer", () => {
  const looks = { async: 0, threaded: 1, "pooled, 2 workers": 2, "forked, 2 workers": 3, nginx: 4 };
  const figures = figuresOf(REPORT.cases);
  assertEquals(figures.map(({ id }) => id), ["latency", "throughput", "cpu", "memory"]);
  for (const { chart } of figures.flatMap(({ views }) => views)) {
    for (const { name, look } of chart.kind === "lines" ? chart.lines : chart.rows) {
      const index = looks[name as keyof typeof looks];
      assertEquals(look, { index, dashed: name === "nginx" }, name);
    }
  }
});

Deno.test("figuresOf() draws the median latency curve with nines at equal distances", () => {
  const curve = (scale: number) => Array.from({ length: 28 }, (_, i) => (i + 1) * scale);
  const runs = [3, 1, 2].map((scale) => makeRun({}, { curve: curve(scale) }));
  const cases = [makeCase(SUBJECTS.async, 1, runs), makeCase(SUBJECTS.nginx, 1, [makeRun()])];
  const { x, lines: [line], places } = linesOf(cases, "latency");
  assertEquals(x.ticks.map(({ label }) => label), [
    ...["50%", "90%", "99%", "99.9%", "99.99%", "99.999%", "slowest"],
  ]);
  for (const [i, { at }] of x.ticks.slice(1).entries()) assertAlmostEquals(at, i + 1, 1e-6);
  assertEquals(line?.texts, curve(2).map((latency) => `${latency} ms`));
  assertEquals(line?.points.map((point) => Math.round(10 ** (point ?? 0))), curve(2));
  assertEquals(places.length, 28);
  assertEquals(figuresOf(cases)[0]?.views[0]?.absent, ["nginx"]);
});

Deno.test("figuresOf() draws throughput as lines with gaps over connections, or as bars for one number", () => {
  const { places, lines } = linesOf(REPORT.cases, "throughput");
  assertEquals(places, [{ at: 3, label: "8 connections" }, { at: 6, label: "64 connections" }]);
  assertEquals(lines[0]?.points, [41_200, 43_900]);
  assertEquals(lines[0]?.band, [[40_582, 41_694.4], [43_241.5, 44_426.8]]);
  assertEquals(lines[4]?.texts, ["88,400/s", "-"]);
  assertEquals(lines[4]?.points[1], null);
  const { rows, parts } = barsOf(REPORT.cases.slice(0, 5), "throughput");
  assertEquals(rows.map(({ label }) => label).slice(0, 2), ["41,200/s", "33,800/s"]);
  assertEquals(rows[0]?.band, [40_582, 41_694.4]);
  assertEquals(parts.map(({ ends }) => ends[0]), [41_200]);
});

Deno.test("figuresOf() stacks user and system time, and memory under load on memory at rest", () => {
  const cpu = barsOf(REPORT.cases, "cpu", 1);
  assertEquals(cpu.parts.map(({ ends }) => ends[1]), [20.2, 39.9]);
  assertEquals(cpu.parts.map(({ texts }) => texts[1]), ["20.2 us", "19.7 us"]);
  assertEquals(cpu.rows[1]?.label, "20.2 + 19.7 us");
  const memory = barsOf(REPORT.cases, "memory", 1);
  assertEquals(memory.parts.map(({ ends }) => Math.round(ends[1] ?? 0)), [93, 383]);
  assertEquals(memory.rows[1]?.label, "92.5 to 383.4 MB");
});

Deno.test("figuresOf() leaves out figures without data", () => {
  assertEquals(figuresOf([]), []);
  assertEquals(figuresOf([makeCase(SUBJECTS.async, 1, [makeRun()])]), []);
  const ids = figuresOf([makeCase(SUBJECTS.async, 1, [makeRun({ user_us: 1 })])]);
  assertEquals(ids.map(({ id }) => id), ["cpu"]);
});

Deno.test("linearAxis() and logarithmicAxis() span all points with a few round ticks", () => {
  const labels = (max: number) => linearAxis("", max).ticks.map(({ label }) => label).join(" ");
  assertEquals(labels(41), "0 10 20 30 40");
  assertEquals(labels(88_400), "0 20,000 40,000 60,000 80,000 100,000");
  assertEquals(labels(0.7), "0 0.2 0.4 0.6 0.8");
  assertEquals(labels(0), "0 1");
  assertEquals(linearAxis("", 41).max, 41);
  assertEquals(logarithmicAxis("", 0.3, 40).ticks.map(({ label }) => label), [
    "0.3",
    "1",
    "3",
    "10",
    "30",
  ]);
  assertEquals(logarithmicAxis("", 0.02, 9000).ticks.map(({ label }) => label), [
    ...["0.1", "1", "10", "100", "1,000", "10,000"],
  ]);
  assertEquals(logarithmicAxis("", 2, 2).ticks.map(({ label }) => label), ["2"]);
});
