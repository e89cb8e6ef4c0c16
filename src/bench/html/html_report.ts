/** The report of `sluice bench --html`: one self-contained page. */
import { createHash } from "node:crypto";
import plotLicence from "uplot/LICENSE" with { type: "text" };
import plotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import plotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import { joinModules } from "../../base/join_modules.ts";
import { counted } from "../figures.ts";
import type { BenchReport } from "../report.ts";
import { chartsSection } from "./charts_section.ts";
import { factsSections } from "./facts_section.ts";
import { type Content, dataBlock, Markup, markup } from "./markup.ts";
import { summarySection } from "./summary_section.ts";
import pageStyle from "./page/page.css" with { type: "text" };
import ink from "./page/ink.js" with { type: "text" };
import lines from "./page/lines.js" with { type: "text" };
import bars from "./page/bars.js" with { type: "text" };
import page from "./page/page.js" with { type: "text" };

const STYLES = [plotStyle, pageStyle];
// uPlot's licence must accompany its code.
const SCRIPTS = [`/*\n${plotLicence}*/\n${plotScript}`, joinModules([ink, lines, bars, page])];

/** Forbids everything but the page's own styles and scripts, by their hashes. */
const POLICY = [
  "default-src 'none'",
  `style-src ${STYLES.map(source).join(" ")}`,
  `script-src ${SCRIPTS.map(source).join(" ")}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Writes the page as an HTML document, with the report itself as JSON in `#report`. */
export function htmlReport(report: BenchReport): string {
  const { options, machine } = report;
  const title = options.handler ?? options.root ?? options.workload;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}: sluice bench</title>
${STYLES.map((style) => markup`<style>${new Markup(style)}</style>\n`)}</head>
<body>
<header>
<p>sluice bench: ${subjectOf(options)}</p>
<h1>${title}</h1>
<p><time datetime="${report.time}">${dateText(report.time)}</time> · ${machine.processor}, ${
    counted(machine.processors, "processor")
  } · ${machine.system}</p>
</header>
<main>
${
    !report.complete && markup`<p class="warning"><b>This report is incomplete.</b>
The bench was interrupted, or something failed.</p>
`
  }${
    report.advice.length > 0 && markup`<section class="advice">
<h2>What the figures say</h2>
<ul>${report.advice.map((text) => markup`<li>${withCode(text)}</li>\n`)}</ul>
</section>
`
  }${report.cases.length > 0 && summarySection(report.cases, options.runs)}
${chartsSection(report.cases)}
${factsSections(report)}
</main>
${dataBlock("report", report)}
${SCRIPTS.map((script) => markup`<script>${new Markup(script)}</script>\n`)}</body>
</html>
`.text;
}

function source(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** Such as `21 November 2025, 18:04 UTC`. */
function dateText(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const format = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  return `${format.format(date).replace(" at ", ", ")} UTC`;
}

/** Marks up the parts of a text in backticks as code. */
function withCode(text: string): readonly Content[] {
  return text.split("`").map((part, i) => i % 2 === 1 ? markup`<code>${part}</code>` : part);
}

/** What was measured, in a word. */
function subjectOf({ handler, root }: BenchReport["options"]): string {
  if (handler !== null) return "handler";
  return root === null ? "workload" : "folder";
}
