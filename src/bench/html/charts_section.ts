/** The frames of the charts, and the data from which the page's script draws them. */
import type { Case } from "../report.ts";
import { cpuFigure, memoryFigure } from "./bar_figure.ts";
import { type Figure, looksOf } from "./chart.ts";
import { latencyFigure } from "./latency_figure.ts";
import { type Content, dataBlock, markup } from "./markup.ts";
import { throughputFigure } from "./throughput_figure.ts";

/** The section, hidden until the script shows it. */
export function chartsSection(cases: readonly Case[]): Content {
  const figures = figuresOf(cases);
  return figures.length > 0 && markup`<noscript>
<p class="hint">The charts need JavaScript; the table has most of their figures.</p>
</noscript>
<section id="charts" hidden>
<h2>Charts</h2>
<p>Move over a chart to read its figures; click a name below a line chart to hide the line.</p>
<div class="charts">
${figures.map(frame)}</div>
</section>
${dataBlock("chart-data", figures)}`;
}

/** The figures that have something to show. */
export function figuresOf(cases: readonly Case[]): readonly Figure[] {
  const looks = looksOf(cases);
  return [latencyFigure, throughputFigure, cpuFigure, memoryFigure]
    .map((make) => make(cases, looks)).filter(({ views }) => views.length > 0);
}

function frame({ id, title, help, views }: Figure): Content {
  return markup`<figure id="${id}">
<figcaption><h3>${title}</h3>
<p>${help}</p></figcaption>
${views.length > 1 && choice(id, views.map(({ choice }) => choice))}
<p class="axis"></p>
<div class="plot"></div>
<p class="absent" hidden></p>
</figure>
`;
}

/** The last choice, which is of the heaviest load, is selected at first. */
function choice(id: string, choices: readonly string[]): Content {
  const options = choices.map((choice, i) =>
    markup`<label><input type="radio" name="${id}-view" value="${i}"${
      i === choices.length - 1 && " checked"
    }><span>${choice}</span></label>\n`
  );
  return markup`<fieldset class="choice"><legend>Connections</legend>
${options}</fieldset>`;
}
