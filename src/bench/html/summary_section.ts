/** The table of all figures with its notes, and the errors by kind. */
import { cellUnit, counted, formatCell, NO_FIGURE } from "../figures.ts";
import { type Case, METRIC_NAMES, type MetricName, METRICS, type Spread } from "../report.ts";
import { best, byConnections, errorKinds, isWithheld, withheld } from "../summary.ts";
import { type Content, type Markup, markup } from "./markup.ts";

/**
 * The section, with a row for each case and a column for each metric that has a figure.
 *
 * @param wanted The number of runs that were requested.
 */
export function summarySection(cases: readonly Case[], wanted: number): Markup {
  const metrics = METRIC_NAMES.filter((name) => cases.some(({ summary }) => summary[name]));
  const leaders = new Map(metrics.map((name) => [name, best(cases, name)]));
  const notes = [...new Set(cases.flatMap((one) => notesOn(one, wanted)))];
  const rowOf = (one: Case) =>
    markup`<tr><th scope="row">${one.subject.name}${
      notesOn(one, wanted).map((note) => reference(notes.indexOf(note) + 1))
    }</th>${metrics.map((name) => cell(one, name, leaders.get(name)?.has(one)))}</tr>\n`;
  const bodies = byConnections(cases).map(({ connections, cases }) =>
    markup`<tbody>
<tr class="group"><th scope="rowgroup" colspan="${metrics.length + 1}"><span>${
      counted(connections, "connection")
    }</span></th></tr>
${cases.map(rowOf)}</tbody>\n`
  );
  return markup`<section>
<h2>Figures</h2>
<p>The median of the runs, and below it the lowest and the highest. For each number
of connections, the <b class="best">best</b> in a column is marked, and any too near it to tell
apart.</p>
<div class="table" tabindex="0" role="region" aria-label="Figures">
<table class="figures">
<thead><tr><th scope="col">Server</th>${metrics.map(heading)}</tr></thead>
${bodies}</table>
</div>
${
    notes.length > 0 && markup`<ol class="notes">${
      notes.map((text, i) => markup`<li id="note-${i + 1}">${text}</li>\n`)
    }</ol>`
  }
${meanings(metrics)}
${errorsTable(cases)}
</section>`;
}

function heading(name: MetricName): Markup {
  const { title, help } = METRICS[name];
  return markup`<th scope="col" title="${help}">${title} <small>${cellUnit(name)}</small></th>`;
}

function cell(one: Case, name: MetricName, isBest = false): Markup {
  const spread = one.summary[name];
  if (spread === null) {
    return markup`<td class="none">${isWithheld(one, name) ? "withheld" : NO_FIGURE}</td>`;
  }
  const median = formatCell(name, spread.median);
  const figure = isBest ? markup`<b class="best">${median}</b>` : markup`<span>${median}</span>`;
  return markup`<td>${figure}${range(name, spread)}</td>`;
}

/** The extremes; nothing if they read the same. */
function range(name: MetricName, { min, max }: Spread): Content {
  const [low, high] = [formatCell(name, min), formatCell(name, max)];
  return low !== high && markup`<small>${low}–${high}</small>`;
}

/** What a reader must know about a row. */
function notesOn({ runs }: Case, wanted: number): readonly string[] {
  const limited = withheld(runs);
  const which = limited === null || limited.runs === runs.length
    ? ""
    : ` in ${limited.runs} of ${runs.length} runs`;
  return [
    ...limited === null
      ? []
      : [`Withheld${which}, and maybe better than the best: ${limited.reason}.`],
    ...runs.length < wanted ? [`${runs.length} of ${wanted} runs were made.`] : [],
  ];
}

function reference(number: number): Markup {
  return markup`<sup><a href="#note-${number}" aria-label="Note ${number}">${number}</a></sup>`;
}

function meanings(metrics: readonly MetricName[]): Markup {
  const items = metrics.map((name) => {
    const { title, help, better } = METRICS[name];
    return markup`<div><dt>${title}</dt><dd>${help}; ${better} is better.</dd></div>\n`;
  });
  return markup`<details><summary>What the columns mean</summary>
<dl>${items}</dl></details>`;
}

function errorsTable(cases: readonly Case[]): Content {
  const rows = cases.flatMap(({ subject, connections, runs }) =>
    errorKinds(runs).map(({ kind, spread, runs: failed }) =>
      markup`<tr><th scope="row">${subject.name}</th><td>${connections.toLocaleString("en")}</td>
<td class="text">${kind}</td>
<td><span>${formatCell("errors", spread.median)}</span>${range("errors", spread)}</td>
<td>${failed} of ${runs.length}</td></tr>\n`
    )
  );
  return rows.length > 0 && markup`<h3>Errors</h3>
<div class="table" tabindex="0" role="region" aria-label="Errors">
<table>
<thead><tr><th scope="col">Server</th><th scope="col">Connections</th>
<th scope="col" class="text">Kind</th><th scope="col">In a run</th>
<th scope="col">Runs with any</th></tr></thead>
<tbody>${rows}</tbody>
</table>
</div>`;
}
