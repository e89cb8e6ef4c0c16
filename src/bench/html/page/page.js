/** Draws the charts, and redraws them for each change of width, theme or choice. */
import { barPlot } from "./bars.js";
import { inkOfTheme } from "./ink.js";
import { linePlot } from "./lines.js";

const PRINT = matchMedia("print");
/** The width of paper, in CSS pixels. */
const PAPER_WIDTH = 660;

const charts = [];
const section = document.querySelector("#charts");

if (section !== null) {
  section.hidden = false;
  const figures = JSON.parse(document.querySelector("#chart-data").textContent);
  charts.push(...figures.map(startChart));
}

// Paper is light and narrow, unlike some screens.
for (const query of [PRINT, matchMedia("(prefers-color-scheme: dark)")]) {
  query.addEventListener("change", () => {
    for (const chart of charts) chart.draw();
  });
}

startCopying();

/** Draws a chart whenever its width changes. */
function startChart({ id, title, views }) {
  const figure = document.getElementById(id);
  const frame = figure.querySelector(".plot");
  const hidden = new Set();
  let view = views.at(-1);
  let plot = null;
  let width = 0;

  const draw = () => {
    const { chart, absent } = view;
    if (width === 0) return;
    plot?.destroy();
    const make = chart.kind === "lines" ? linePlot : barPlot;
    const { options, data } = make(
      chart,
      inkOfTheme(),
      PRINT.matches ? Math.min(width, PAPER_WIDTH) : width,
    );
    const names = chart.kind === "lines" ? chart.lines.map(({ name }) => name) : [];
    for (const [i, name] of names.entries()) options.series[i + 1].show = !hidden.has(name);
    options.hooks.setSeries = [(_plot, i, { show }) => {
      if (show) hidden.delete(names[i - 1]);
      else hidden.add(names[i - 1]);
    }];
    frame.dataset.kind = chart.kind;
    plot = new uPlot(options, data, frame);
    const canvas = plot.ctx.canvas;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${title}; the table has the figures`);
    figure.querySelector(".axis").textContent = (chart.y ?? { title: "" }).title;
    const note = figure.querySelector(".absent");
    note.hidden = absent.length === 0;
    note.textContent = `Not shown, since withheld or unknown: ${absent.join("; ")}`;
  };

  /** Shows the view for a number of connections, if there is one. */
  const choose = (choice) => {
    const chosen = views.findIndex((one) => one.choice === choice);
    if (chosen < 0) return;
    view = views[chosen];
    const input = figure.querySelector(`input[value="${chosen}"]`);
    if (input !== null) input.checked = true;
    draw();
  };

  figure.addEventListener("change", ({ target }) => {
    const { choice } = views[Number(target.value)];
    for (const chart of charts) chart.choose(choice);
  });
  new ResizeObserver(() => {
    if (frame.clientWidth === width) return;
    width = frame.clientWidth;
    draw();
  }).observe(frame);
  return { draw, choose };
}

function startCopying() {
  const button = document.querySelector("#copy");
  const command = document.querySelector("#command");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command.textContent);
      button.textContent = "Copied";
    } catch {
      // Browsers may forbid this to local files: the user can copy the selection.
      getSelection().selectAllChildren(command);
      button.textContent = "Selected";
    }
  });
}
