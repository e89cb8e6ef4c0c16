/** How to repeat a report, and under which conditions it was made. */
import { formatDuration } from "../../settings/units.ts";
import { formatBytes, formatFigure } from "../figures.ts";
import type { BenchOptions, BenchReport, Case } from "../report.ts";
import { type Content, type Markup, markup } from "./markup.ts";
import { connectionsText } from "./summary_section.ts";

type Fact = readonly [name: string, value: Content];

/** The sections below the charts. */
export function factsSections(report: BenchReport): Markup {
  const { machine, versions, ceilings, missing } = report;
  return markup`${
    missing.length > 0 && markup`<section>
<h2>Not measured</h2>
${list(missing.map(({ name, reason }) => [name, reason]))}
</section>
`
  }<section>
<h2>How to repeat it</h2>
<div class="command"><pre id="command"><code>${report.command}</code></pre>
<button type="button" id="copy" hidden>Copy</button></div>
</section>
<section class="facts">
<div><h2>Options</h2>
${list(optionFacts(report.options))}</div>
<div><h2>Machine</h2>
${
    list([
      ["System", machine.system],
      ["Processor", machine.processor],
      ["Processors", machine.processors],
      ["Memory", formatBytes(machine.memory_bytes)],
    ])
  }
<h2>Versions</h2>
${list(Object.entries(versions))}</div>
<div><h2>Load generator</h2>
<p>Its ceiling: what it can do at most, measured first. Where its thread ran nearly all of the time, figures are withheld.</p>
${
    list(
      ceilings.map(({ connections, rate }) => [
        connectionsText(connections),
        formatFigure("rate", rate),
      ]),
    )
  }
${generatorTable(report.cases)}</div>
</section>`;
}

function list(facts: readonly Fact[]): Content {
  const items = facts.map(([name, value]) =>
    markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`
  );
  return items.length > 0 && markup`<dl>${items}</dl>`;
}

function optionFacts(options: BenchOptions): readonly Fact[] {
  const { handler, requests, rate, server } = options;
  const facts: (Fact | null)[] = [
    handler === null ? ["Workload", options.workload] : ["Handler", handler],
    requests.length > 0 ? ["Requests", requests.join(", ")] : null,
    ["Modes", options.modes.join(", ")],
    ["Workers", options.workers.join(", ")],
    ["Connections", options.connections.join(", ")],
    ["Load", loadText(rate)],
    options.message_bytes > 0 ? ["Messages", `${formatBytes(options.message_bytes)} each`] : null,
    ["Warm-up", formatDuration(options.warmup_ms)],
    ["Run", formatDuration(options.duration_ms)],
    ["Runs", options.runs],
    ["Seed", options.seed],
    ["Other servers", options.peers ? "yes" : "no"],
    server.length > 0 ? ["Server options", markup`<code>${server.join(" ")}</code>`] : null,
  ];
  return facts.filter((fact) => fact !== null);
}

function loadText(rate: number | null): string {
  return rate === null
    ? "each request follows the answer to the one before (closed model)"
    : `${formatFigure("rate", rate)}, whether answers come or not (open model)`;
}

/** How near the load generator was to its limits in each case. */
function generatorTable(cases: readonly Case[]): Content {
  const rows = cases.map(({ subject, connections, runs }) => {
    const most = (share: "busy" | "waiting" | "of_ceiling") =>
      formatFigure("balance", Math.max(...runs.map(({ generator }) => generator[share])));
    return markup`<tr><th scope="row">${subject.name}</th><td>${connections}</td>
<td>${most("busy")}</td><td>${most("waiting")}</td><td>${most("of_ceiling")}</td></tr>\n`;
  });
  return rows.length > 0 && markup`<details><summary>How near it was to that</summary>
<p>The most of all runs: for how much of the time it ran, for how much it waited for a processor,
and how much of its ceiling it reached.</p>
<div class="table" tabindex="0" role="region" aria-label="Load generator">
<table>
<thead><tr><th scope="col">Server</th><th scope="col">Connections</th><th scope="col">Ran</th>
<th scope="col">Waited</th><th scope="col">Of its ceiling</th></tr></thead>
<tbody>${rows}</tbody>
</table>
</div>
</details>`;
}
