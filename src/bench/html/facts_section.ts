/** How to repeat a report, and the conditions under which it was made. */
import { type Fact, loadFacts } from "../facts.ts";
import { counted, formatBytes, formatFigure, percent } from "../figures.ts";
import type { BenchReport, Case } from "../report.ts";
import { type Content, type Markup, markup } from "./markup.ts";

/** The sections below the charts. */
export function factsSections(report: BenchReport): Markup {
  const { options, machine, versions, ceilings, missing, cases } = report;
  const machineFacts: readonly Fact[] = [
    ["System", machine.system],
    ["Processor", machine.processor],
    ["Processors", `${machine.processors}`],
    ["Memory", formatBytes(machine.memory_bytes)],
  ];
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
<div><h2>Load</h2>
${list(loadFacts(options))}</div>
<div><h2>Machine</h2>
${list(machineFacts)}
<h2>Versions</h2>
${list(Object.entries(versions))}</div>
<div><h2>Load generator</h2>
<p>The most that it can send. Where its thread was busy nearly all of the time, figures are
withheld.</p>
${
    list(ceilings.map(({ connections, rate }) => [
      counted(connections, "connection"),
      formatFigure("rate", rate),
    ]))
  }
${generatorTable(cases)}</div>
</section>`;
}

function list(facts: readonly Fact[]): Content {
  const items = facts.map(([name, value]) =>
    markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`
  );
  return items.length > 0 && markup`<dl>${items}</dl>`;
}

/** How near the load generator came to its limits in each case. */
function generatorTable(cases: readonly Case[]): Content {
  const rows = cases.map(({ subject, connections, runs }) => {
    const most = (share: "busy" | "waiting" | "of_ceiling") =>
      percent(Math.max(...runs.map(({ generator }) => generator[share])));
    return markup`<tr><th scope="row">${subject.name}</th><td>${connections}</td>
<td>${most("busy")}</td><td>${most("waiting")}</td><td>${most("of_ceiling")}</td></tr>\n`;
  });
  return rows.length > 0 && markup`<details><summary>How near it came to that</summary>
<p>The most of all runs: the share of the time that it ran, the share that it waited for a
processor, and the share of its ceiling that it reached.</p>
<div class="table" tabindex="0" role="region" aria-label="Load generator">
<table>
<thead><tr><th scope="col">Server</th><th scope="col">Connections</th><th scope="col">Ran</th>
<th scope="col">Waited</th><th scope="col">Of its ceiling</th></tr></thead>
<tbody>${rows}</tbody>
</table>
</div>
</details>`;
}
