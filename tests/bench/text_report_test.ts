import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { BenchReport } from "../../src/bench/report.ts";
import { textReport } from "../../src/bench/text_report.ts";
import { tableLines } from "../../src/bench/text_table.ts";
import { makeCase, makeReport, makeRun, SUBJECTS } from "../helpers/bench_report.ts";

const REPORT = makeReport();

/** The lines of the paragraph with this beginning. */
function sectionOf(text: string, beginning: string): string[] | undefined {
  return text.trimEnd().split("\n\n").find((part) => part.startsWith(beginning))?.split("\n");
}

function linesOf(changes: Partial<BenchReport>, width = 200): string[] {
  return textReport(makeReport(changes), width, false).split("\n");
}

Deno.test("textReport() begins with what was measured and where", () => {
  assertEquals(textReport(REPORT, 200, false).split("\n").slice(0, 9), [
    "Workload: hello",
    "Messages: 64 bytes each",
    "Load:     each request waits for the response before (closed model)",
    "Runs:     3 of 10s each, after 2s of warm-up; seed 1",
    "Options:  --max-connections 1000",
    "Machine:  AMD EPYC 7B13, 4 processors, 15.6 GB, Linux 6.12.0",
    "Versions: sluice 0.1.0, deno 2.9.6, v8 14.2.231.17, nginx 1.26.3",
    "Time:     2025-11-21T18:04:05Z",
    "",
  ]);
});

Deno.test("textReport() names a handler, its requests and a rate, and leaves out empty facts", () => {
  const options = {
    ...REPORT.options,
    ...{ handler: "/srv/app.ts", requests: ["a.http", "b.http"], rate: 10_000, runs: 1 },
    ...{ message_bytes: 0, server: [] },
  };
  const machine = { ...REPORT.machine, processors: 1 };
  assertEquals(linesOf({ options, machine }).slice(0, 5), [
    "Handler:  /srv/app.ts",
    "Requests: a.http, b.http",
    "Load:     10,000/s, whether the server keeps up or not (open model)",
    "Runs:     1 of 10s, after 2s of warm-up; seed 1",
    "Machine:  AMD EPYC 7B13, 1 processor, 15.6 GB, Linux 6.12.0",
  ]);
});

Deno.test("textReport() has a table for each number of connections, the fewest first", () => {
  const cases = REPORT.cases.toReversed();
  const text = textReport(makeReport({ cases }), 200, false);
  const tables = [8, 64].map((connections) => {
    const own = cases.filter((one) => one.connections === connections);
    return `${connections} connections:\n\n${tableLines(own, 200, false).join("\n")}\n`;
  });
  assertStringIncludes(text, tables.join("\n"));
  assertStringIncludes(textReport(REPORT, 200, true), "\x1b[1m88,400*\x1b[22m");
  assertEquals(
    linesOf({ cases: [makeCase(SUBJECTS.async, 1, [])] })[9],
    "1 connection: no figures",
  );
});

Deno.test("textReport() explains the columns and the spread", () => {
  const text = textReport(REPORT, 200, false);
  assertEquals(sectionOf(text, "Medians")?.slice(0, 2), [
    "Medians of the runs, ± half of their range. * marks the best, and any too near it to tell apart.",
    "P50 to MAX: latency. USER, SYS: CPU time per request. REST, PEAK: memory before the first client and",
  ]);
  const one = makeReport({ cases: [makeCase(SUBJECTS.async, 8, [makeRun({ rate: 1 })])] });
  assertEquals(
    sectionOf(textReport(one, 200, false), "Figures")?.[0],
    "Figures of one run. * marks the best, and any too near it to tell apart.",
  );
});

Deno.test("textReport() says what the load generator can send, and how busy it was", () => {
  assertEquals(sectionOf(textReport(REPORT, 200, false), "The load generator"), [
    "The load generator can send 118,000/s here with 8 connections; it was busy up to 62% of the time.",
    "The load generator can send 141,000/s here with 64 connections; it was busy up to 99% of the time.",
  ]);
  const alone = makeReport({ ceilings: [{ connections: 1, rate: 94_000 }] });
  assertEquals(sectionOf(textReport(alone, 200, false), "The load generator"), [
    "The load generator can send 94,000/s here.",
  ]);
});

Deno.test("textReport() says what was not measured, and that it is incomplete", () => {
  const text = textReport(makeReport({ complete: false }), 200, false);
  assertEquals(sectionOf(text, "Not measured"), ["Not measured:", "- node: node is not installed"]);
  assertStringIncludes(text, "\n\nThis report is incomplete: ");
  assert(!textReport(REPORT, 200, false).includes("incomplete"));
});

Deno.test("textReport() ends with the advice, wrapped, and the command in one line", () => {
  const advice = ["One word ".repeat(20).trim(), "Second."];
  const text = textReport(makeReport({ advice }), 60, false);
  assertEquals(text.slice(text.indexOf("What")).split("\n"), [
    "What the figures say:",
    "- One word One word One word One word One word One word One",
    "  word One word One word One word One word One word One word",
    "  One word One word One word One word One word One word One",
    "  word",
    "- Second.",
    "",
    "To repeat it:",
    REPORT.command,
    "",
  ]);
});

Deno.test("textReport() fits the terminal, except for the command", () => {
  for (const width of [60, 80, 100, 132, 200]) {
    const lines = textReport(REPORT, width, false).split("\n");
    const wide = lines.filter((line) => line.length > width && line !== REPORT.command);
    assertEquals(wide, [], String(width));
    assertEquals(lines.filter((line) => line !== line.trimEnd()), []);
  }
});

Deno.test("textReport() indents wrapped facts, and wraps at 100 columns if the width is unknown", () => {
  const versions = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [`server${i}`, "1.2.3"]),
  );
  const narrow = textReport(makeReport({ versions }), 40, false).split("\n");
  assert(narrow.includes("          server2 1.2.3, server3 1.2.3,"), narrow.join("\n"));
  const unknown = textReport(makeReport({ versions }), 0, false);
  assertEquals(unknown, textReport(makeReport({ versions }), 100, false));
});

Deno.test("textReport() shows no control characters, and no NaN", () => {
  const cases = [makeCase(SUBJECTS.async, 8, [makeRun({ rate: 0 })])];
  const missing = [{ name: "node", reason: "\x1b[31mred\nline" }];
  const text = textReport(makeReport({ cases, missing, advice: ["\x1b[2J"] }), 80, false);
  assert(!text.includes("\x1b"));
  assertStringIncludes(text, "- node: \\x1b[31mred\\x0aline\n");
  assert(!/NaN|Infinity|undefined|null/.test(text), text);
  const empty = textReport(makeReport({ cases: [], ceilings: [], advice: [] }), 80, false);
  assert(!/NaN|Infinity|undefined|null|P50/.test(empty), empty);
});
