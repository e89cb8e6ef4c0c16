import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { figuresOf } from "../../src/bench/html/charts_section.ts";
import { htmlReport } from "../../src/bench/html/html_report.ts";
import style from "../../src/bench/html/page/page.css" with { type: "text" };
import { type BenchReport, METRIC_NAMES, METRICS } from "../../src/bench/report.ts";
import { makeCase, makeReport, makeRun, SUBJECTS } from "../helpers/bench_report.ts";

const REPORT = makeReport();
const HOSTILE = `</script><img src=x onerror="alert(1)">&amp;'`;

/** The text of a page as a reader sees it, with spaces between elements. */
function textOf(html: string): string {
  const entities = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return html.replaceAll(/<(script|style)\b[\s\S]*?<\/\1>/g, "").replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&([\w#]+);/g, (all, name: keyof typeof entities) => entities[name] ?? all)
    .replaceAll(/\s+/g, " ").trim();
}

/** The rows of the first table as lists of cells in HTML. */
function rowsOf(html: string): string[][] {
  const table = /<table[\s\S]*?<\/table>/.exec(html)?.[0] ?? "";
  return [...table.matchAll(/<tr[\s\S]*?<\/tr>/g)].map(([row]) =>
    [...row.matchAll(/<t([hd])[\s\S]*?<\/t\1>/g)].map(([cell]) => cell)
  );
}

function pageOf(changes: Partial<BenchReport>): string {
  return htmlReport(makeReport(changes));
}

/** The data for the page's scripts. */
function dataOf(html: string, id: string): unknown {
  const pattern = new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`, "s");
  return JSON.parse(pattern.exec(html)?.[1] ?? "");
}

Deno.test("htmlReport() loads nothing, and forbids all but its own scripts and styles", () => {
  const html = htmlReport(REPORT);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
  assert(policy.startsWith("default-src &#39;none&#39;; "), policy);
  const own = [...html.matchAll(/<(script|style)>([\s\S]*?)<\/\1>/g)];
  assertEquals(own.length, 4);
  for (const [, , text = ""] of own) {
    const hash = createHash("sha256").update(text).digest("base64");
    assertStringIncludes(policy, `&#39;sha256-${hash}&#39;`);
  }
  const tags = html.replaceAll(/<(script|style)\b[\s\S]*?<\/\1>/g, "");
  assertEquals(tags.match(/\b(src|srcset|action|style|on\w+)=/g), null);
  for (const [, target] of tags.matchAll(/href="([^"]*)"/g)) assert(target?.startsWith("#"));
  assertEquals(own.flatMap(([, , text = ""]) => text.match(/@import|url\(/g) ?? []), []);
});

Deno.test("htmlReport() escapes all texts of the report", () => {
  const subject = { ...SUBJECTS.async, name: HOSTILE };
  const run = makeRun({ rate: 1 }, { errors: { [HOSTILE]: 3 }, limited: HOSTILE });
  const report = makeReport({
    cases: [makeCase(subject, 8, [run])],
    advice: [HOSTILE],
    command: HOSTILE,
    time: HOSTILE,
    missing: [{ name: HOSTILE, reason: HOSTILE }],
    machine: { ...REPORT.machine, system: HOSTILE, processor: HOSTILE },
    versions: { [HOSTILE]: HOSTILE },
    options: { ...REPORT.options, handler: HOSTILE, requests: [HOSTILE], server: [HOSTILE] },
  });
  const html = htmlReport(report);
  assert(!html.includes("<img"));
  assertEquals(html.match(/<script/g)?.length, html.match(/<\/script>/g)?.length);
  assertEquals(textOf(html).split(HOSTILE).length - 1, 21);
  assertEquals(dataOf(html, "report"), report);
});

Deno.test("htmlReport() embeds the whole report as data", () => {
  assertEquals(dataOf(htmlReport(REPORT), "report"), REPORT);
  assertEquals(dataOf(htmlReport(REPORT), "chart-data"), figuresOf(REPORT.cases));
});

Deno.test("htmlReport() shows the names of modes as code", () => {
  const html = htmlReport({ ...REPORT, advice: ["Choose `pooled`: `<b>` is text."] });
  assertStringIncludes(
    html,
    "<li>Choose <code>pooled</code>: <code>&lt;b&gt;</code> is text.</li>",
  );
});

Deno.test("htmlReport() begins with what was measured, when and where, and the advice", () => {
  const text = textOf(htmlReport(REPORT));
  const beginning =
    "hello: sluice bench sluice bench: workload hello 21 November 2025, 18:04 UTC " +
    `· AMD EPYC 7B13, 4 processors · Linux 6.12.0 What the figures say ${REPORT.advice[0]}`;
  assertEquals(text.slice(0, beginning.length), beginning);
  const handler = { ...REPORT.options, handler: "/srv/app.ts" };
  assertStringIncludes(
    textOf(pageOf({ options: handler })),
    "sluice bench: handler /srv/app.ts 21",
  );
});

Deno.test("htmlReport() has a row for each case, by connections, and a column for each metric", () => {
  const [head = [], ...rows] = rowsOf(htmlReport(REPORT)).map((row) => row.map(textOf));
  assertEquals(head.map((cell) => cell.replace(/ (ms|us|MB|MB\/s)$/, "")), [
    "Server",
    ...METRIC_NAMES.map((name) => METRICS[name].title),
  ]);
  assertEquals(rows.map(([name]) => name), [
    ...["8 connections", "async", "threaded", "pooled, 2 workers", "forked, 2 workers", "nginx"],
    ...["64 connections", "async", "threaded", "pooled, 2 workers", "forked, 2 workers", "nginx 1"],
  ]);
  assertEquals(rows[8], [
    ...["threaded", "29,100 28,664–29,449", "3.94 3.88–3.99", "2.06 2.04–2.09", "3.19 3.16–3.24"],
    ...["6.39 6.31–6.48", "15.2 15.1–15.5", "53.6 52.9–54.4", "0 0–14", "20.2 20.0–20.5"],
    ...["19.7 19.5–20.0", "92.5", "383.4 378.8–389.2", "77", "2.9 2.87–2.94", "83%"],
  ]);
});

Deno.test("htmlReport() has no column for a metric without any figure", () => {
  const cases = [makeCase(SUBJECTS.async, 8, [makeRun({ rate: 1, p99_ms: 2 })])];
  assertEquals(rowsOf(pageOf({ cases }))[0]?.map(textOf), ["Server", "REQ/S", "P99 ms"]);
});

Deno.test("htmlReport() marks the best with each number of connections, and all that do not differ", () => {
  const column = rowsOf(htmlReport(REPORT)).map(([name = "", rate = ""]) =>
    rate.includes('class="best"') ? textOf(name) : ""
  );
  assertEquals(column.filter((name) => name !== ""), [
    "nginx",
    "pooled, 2 workers",
    "forked, 2 workers",
  ]);
});

Deno.test("htmlReport() notes withheld figures with the reason, and missing runs", () => {
  const html = htmlReport(REPORT);
  const row = rowsOf(html).at(-1)?.map(textOf) ?? [];
  assertEquals(row.slice(1, 9), [...Array(7).fill("withheld"), "0"]);
  assertEquals(row.at(-1), "-");
  const reason = "Withheld, and maybe better than the best: The load generator ran 99% of the time";
  assertStringIncludes(textOf(html), reason);
  const run = makeRun({ rate: 5 });
  const text = textOf(pageOf({
    cases: [makeCase(SUBJECTS.async, 8, [run, { ...makeRun(), limited: "it was slow" }])],
  }));
  assertStringIncludes(text, "async 1 2");
  assertStringIncludes(
    text,
    "Withheld in 1 of 2 runs, and maybe better than the best: it was slow.",
  );
  assertStringIncludes(text, "2 of 3 runs were made.");
});

Deno.test("htmlReport() lists errors by kind, and only where there are any", () => {
  assertStringIncludes(textOf(htmlReport(REPORT)), "threaded 64 status 503 0 0–12 1 of 3");
  const cases = REPORT.cases.filter(({ connections }) => connections === 8);
  assert(!pageOf({ cases }).includes("<h3>Errors"));
});

Deno.test("htmlReport() ends with how to repeat it, and the conditions", () => {
  const text = textOf(htmlReport(REPORT));
  for (
    const part of [
      `Not measured node node is not installed How to repeat it ${REPORT.command} Copy Load`,
      "Workload hello Messages 64 bytes each Load each request waits for the response before",
      "Runs 3 of 10s each, after 2s of warm-up; seed 1 Options --max-connections 1000",
      "Machine System Linux 6.12.0 Processor AMD EPYC 7B13 Processors 4 Memory 15.6 GB",
      "Versions sluice 0.1.0 deno 2.9.6 v8 14.2.231.17 nginx 1.26.3 Load generator",
      "8 connections 118,000/s 64 connections 141,000/s",
      "nginx 64 99% 1% 96%",
    ]
  ) assertStringIncludes(text, part);
});

Deno.test("htmlReport() says that it is incomplete, and leaves out empty sections", () => {
  assert(!htmlReport(REPORT).includes("is incomplete"));
  const text = textOf(
    pageOf({ complete: false, cases: [], advice: [], missing: [], ceilings: [] }),
  );
  assertStringIncludes(text, "Linux 6.12.0 This report is incomplete.");
  assertStringIncludes(text, "or something failed. How to repeat it");
});

Deno.test("page.css has the contrast of WCAG level AA, in both themes", () => {
  const [light = "", dark = ""] = [...style.matchAll(/:root \{([^}]*)--paper([^}]*)\}/g)]
    .map(([rule]) => rule);
  for (const rule of [light, dark]) {
    const colours = new Map(
      [...rule.matchAll(/--([\w-]+): (#\w{6});/g)].map((
        [, name = "", value = ""],
      ) => [name, value]),
    );
    const colour = (name: string) => colours.get(name) ?? "#000000";
    for (const [text, behind, least] of contrasts([...colours.keys()])) {
      const found = contrast(colour(text), colour(behind));
      assert(found >= least, `${text} on ${behind} is ${found.toFixed(2)} to 1`);
    }
  }
});

/** Pairs of foreground and background colours, with their least contrast. */
function contrasts(names: readonly string[]): [string, string, number][] {
  const series = names.filter((name) => name.startsWith("series-"));
  assertEquals(series.length, 8);
  return [
    ...["ink", "dim", "link"].map((name): [string, string, number] => [name, "paper", 4.5]),
    ...[["ink", "tint", 4.5], ["best-ink", "best", 4.5], ["warning-ink", "warning", 4.5]] as const,
    ...series.map((name): [string, string, number] => [name, "paper", 3]),
  ].map(([text, behind, least]) => [text, behind, least]);
}

function contrast(a: string, b: string): number {
  const luminance = (colour: string) =>
    [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
      const part = parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
      return sum + weight * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    }, 0);
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
