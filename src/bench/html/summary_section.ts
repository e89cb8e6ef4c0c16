/** The table of all figures, with its notes, and the errors by kind. */
import { cellUnit, formatCell, NO_FIGURE } from "../figures.ts";
import { type Case, METRIC_NAMES, type MetricName, METRICS, type Spread } from "../report.ts";
import { best, byConnections, errorKinds, withheld } from "../summary.ts";
import { type Content, type Markup, markup } from "./markup.ts";

/** Units of what is withheld when the load generator is the limit. */
const WITHHELD_UNITS: readonly string[] = ["/s", "bytes/s", "ms"];

/**
 * The section, with a row for each case and a column for each metric that has a figure.
 *
 * @param wanted How many runs of each case were asked for.
 */
export function summarySection(cases: readonly Case[], wanted: number): Markup {
  const metrics = METRIC_NAMES.filter((name) => cases.some(({ summary }) => summary[name]));
  const notes = new Notes();
  const leaders = new Map(metrics.map((name) => [name, best(cases, name)]));
  const rowOf = (one: Case) => {
    const cells = metrics.map((name) => cell(one, name, leaders.get(name)?.has(one)));
    return markup`<tr><th scope="row">${one.subject.name}${
      notes.marks(notesOn(one, wanted))
    }</th>${cells}</tr>\n`;
  };
  const bodies = byConnections(cases).map(({ connections, cases }) =>
    markup`<tbody>
<tr class="group"><th scope="rowgroup" colspan="${metrics.length + 1}"><span>${
      connectionsText(connections)
    }</span></th></tr>
${cases.map(rowOf)}</tbody>\n`
  );
  return markup`<section>
<h2>Figures</h2>
<p>The median of the runs, and below it the lowest and the highest. <b class="best">Marked</b> are,
with each number of connections, the best in a column and all that cannot be told from it.</p>
<div class="table" tabindex="0" role="region" aria-label="Figures">
<table class="figures">
<thead><tr><th scope="col">Server</th>${metrics.map(heading)}</tr></thead>
${bodies}</table>
</div>
${notes.list()}
${meanings(metrics)}
${errorsTable(cases)}
</section>`;
}

/** Such as `1 connection`. */
export function connectionsText(count: number): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "connection" : "connections"}`;
}

function heading(name: MetricName): Markup {
  const { title, help } = METRICS[name];
  return markup`<th scope="col" title="${help}">${title} <small>${cellUnit(name)}</small></th>`;
}

function cell(one: Case, name: MetricName, isBest = false): Markup {
  const spread = one.summary[name];
  if (spread === null) {
    return WITHHELD_UNITS.includes(METRICS[name].unit) && withheld(one.runs) !== null
      ? markup`<td class="none">withheld</td>`
      : markup`<td class="none">${NO_FIGURE}</td>`;
  }
  const median = formatCell(name, spread.median);
  const figure = isBest ? markup`<b class="best">${median}</b>` : markup`<span>${median}</span>`;
  return markup`<td>${figure}${range(name, spread)}</td>`;
}

/** The outermost; nothing where they read the same. */
function range(name: MetricName, { min, max }: Spread): Content {
  const [low, high] = [formatCell(name, min), formatCell(name, max)];
  return low !== high && markup`<small>${low}–${high}</small>`;
}

/** What is to be known of a row. */
function notesOn({ runs }: Case, wanted: number): readonly string[] {
  const limited = withheld(runs);
  const notes: string[] = [];
  if (limited !== null) {
    const which = limited.runs < runs.length ? ` in ${limited.runs} of ${runs.length} runs` : "";
    notes.push(`Withheld${which}, and maybe better than the best: ${limited.reason}.`);
  }
  if (runs.length < wanted) notes.push(`${runs.length} of ${wanted} runs were made.`);
  return notes;
}

/** Notes with numbers; the same text has one number. */
class Notes {
  readonly #texts: string[] = [];

  /** References to these notes. */
  marks(texts: readonly string[]): Content {
    return texts.map((text) => {
      if (!this.#texts.includes(text)) this.#texts.push(text);
      const number = this.#texts.indexOf(text) + 1;
      return markup`<sup><a href="#note-${number}" aria-label="Note ${number}">${number}</a></sup>`;
    });
  }

  list(): Content {
    const items = this.#texts.map((text, i) => markup`<li id="note-${i + 1}">${text}</li>\n`);
    return items.length > 0 && markup`<ol class="notes">${items}</ol>`;
  }
}

function meanings(metrics: readonly MetricName[]): Markup {
  const items = metrics.map((name) => {
    const { title, help, better } = METRICS[name];
    return markup`<div><dt>${title}</dt><dd>${help}; ${better} is better.</dd></div>\n`;
  });
  return markup`<details><summary>What the columns are</summary>
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
