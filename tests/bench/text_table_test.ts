import { assert, assertEquals } from "@std/assert";
import type { Case, Subject } from "../../src/bench/report.ts";
import { tableLines } from "../../src/bench/text_table.ts";
import {
  type Figures,
  limitedRun,
  makeCase,
  makeReport,
  makeRun,
  SUBJECTS,
} from "../helpers/bench_report.ts";

const { async, pooled, nginx } = SUBJECTS;

/** A case of three runs, 1% apart. */
function spreadCase(subject: Subject, figures: Partial<Figures>): Case {
  const scaled = (scale: number) =>
    Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name, value === null ? null : value * scale]),
    );
  return makeCase(subject, 8, [1, 0.99, 1.01].map((scale) => makeRun(scaled(scale))));
}

const CASES = [
  spreadCase(async, { rate: 1_000, p99_ms: 2, peak_bytes: 50 * 1024 ** 2, balance: null }),
  spreadCase(pooled, { rate: 12_345, p99_ms: 2, peak_bytes: 1234 * 1024 ** 2, balance: 0.9 }),
];

Deno.test("tableLines() shows medians with their spread, units once, and marks the best", () => {
  assertEquals(tableLines(CASES, 120, false), [
    "                    REQ/S       P99         PEAK       BALANCE",
    "                                 ms           MB",
    "async               1,000  ±1%    2 ±1%     50.0* ±1%        -",
    "pooled, 2 workers  12,345* ±1%    2 ±1%  1,234.0  ±1%      90% ±1%",
  ]);
});

Deno.test("tableLines() leaves out columns without figures, and spreads of one run", () => {
  const cases = [makeCase(async, 8, [makeRun({ rate: 5, errors: 0 })])];
  assertEquals(tableLines(cases, 120, false), [
    "       REQ/S  ERRORS",
    "async      5       0",
  ]);
  assertEquals(tableLines([makeCase(async, 8, [])], 120, false), []);
});

Deno.test("tableLines() tells withheld figures from unknown ones", () => {
  const figures = { rate: 5, p99_ms: 1, threads: null, errors: 0 };
  const cases = [
    makeCase(async, 8, [makeRun({ ...figures, threads: 6 })]),
    makeCase(nginx, 8, [limitedRun(makeRun(figures))]),
  ];
  assertEquals(tableLines(cases, 120, false), [
    "          REQ/S       P99  ERRORS  THREADS",
    "                       ms",
    "async         5         1       0        6",
    "nginx  withheld  withheld       0        -",
  ]);
});

Deno.test("tableLines() splits a table that is too wide between speed and cost", () => {
  const lines = tableLines(CASES, 50, false);
  assertEquals(lines, [
    "                    REQ/S       P99",
    "                                 ms",
    "async               1,000  ±1%    2 ±1%",
    "pooled, 2 workers  12,345* ±1%    2 ±1%",
    "",
    "                      PEAK       BALANCE",
    "                        MB",
    "async                 50.0* ±1%        -",
    "pooled, 2 workers  1,234.0  ±1%      90% ±1%",
  ]);
});

Deno.test("tableLines() fits the terminal, and loses no figure", () => {
  const { cases } = makeReport();
  const cells = (lines: readonly string[]) =>
    lines.join("\n").replaceAll(/^(async|threaded|(pooled|forked), 2 workers|nginx)?/gm, "")
      .split(/\s+/).filter((cell) => cell !== "").sort();
  const whole = tableLines(cases, 1000, false);
  for (const width of [60, 80, 100, 120, 160, 200]) {
    const lines = tableLines(cases, width, false);
    assertEquals(lines.filter((line) => line.length > width), [], String(width));
    assertEquals(lines.filter((line) => line !== line.trimEnd()), []);
    assert(lines.length > whole.length || width >= 190);
    assertEquals(cells(lines), cells(whole));
  }
});

Deno.test("tableLines() gives a column that does not fit a table of its own", () => {
  const lines = tableLines(CASES, 20, false);
  assertEquals(lines.filter((line) => line === "").length, 3);
});

Deno.test("tableLines() makes the best bold in a terminal, and changes nothing else", () => {
  const lines = tableLines(CASES, 120, true);
  assertEquals(
    lines[3],
    "pooled, 2 workers  \x1b[1m12,345*\x1b[22m ±1%    2 ±1%  1,234.0  ±1%      90% ±1%",
  );
  // deno-lint-ignore no-control-regex -- they make text bold
  const plain = lines.map((line) => line.replaceAll(/\x1b\[\d+m/g, ""));
  assertEquals(plain, tableLines(CASES, 120, false));
});
