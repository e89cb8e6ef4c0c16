/** Horizontal bar charts, which leave room for names. */
import { boxLabel, colourOf, hatching } from "./ink.js";
import { axis, below, widthOf } from "./lines.js";

const ROW = 40;
const BAR = 20;
/** The most that names may take of the width. */
const NAMES = 0.4;

/** The options and data for uPlot. */
export function barPlot(chart, ink, width) {
  const { x, rows, parts } = chart;
  const room = width * NAMES;
  const names = rows.map(({ name }) => shortened(name, room, ink));
  const size = Math.ceil(Math.max(...names.map((name) => widthOf(name, ink)))) + 14;
  const label = Math.max(...rows.map(({ label }) => widthOf(label, ink)));
  return {
    options: {
      width,
      height: rows.length * ROW + 52,
      padding: [0, Math.ceil(label) + 14, 0, 0],
      scales: {
        x: { time: false, ori: 1, dir: -1, range: [-0.5, rows.length - 0.5] },
        y: { ori: 0, range: [x.min, x.max] },
      },
      axes: [
        {
          ...axis({ ticks: names.map((label, at) => ({ at, label })) }, ink),
          stroke: ink.text,
          scale: "x",
          side: 3,
          size,
          gap: 10,
          grid: { show: false },
        },
        {
          ...axis(x, ink),
          ...below(x, ink),
          scale: "y",
          side: 2,
        },
      ],
      series: [
        {
          label: document.createElement("span"),
          value: (_plot, _value, _series, row) => rows[row]?.name ?? "",
        },
        ...parts.map(({ name, texts }, part) => ({
          label: boxLabel(name, part > 0, ink),
          value: (_plot, _value, _series, row) => texts[row] ?? "",
          paths: () => null,
          points: { show: false },
        })),
      ],
      cursor: { x: false, y: false, drag: { x: false, y: false }, points: { show: false } },
      legend: { markers: { show: false } },
      hooks: {
        drawSeries: [(plot, series) => drawPart(plot, series - 1, chart, ink)],
        draw: [(plot) => rows.forEach((row, i) => drawLabel(plot, row, i, chart, ink))],
      },
    },
    data: [rows.map((_, row) => row), ...parts.map(({ ends }) => ends)],
  };
}

function drawPart(plot, part, { rows, parts }, ink) {
  const { ctx } = plot;
  const scale = uPlot.pxRatio;
  ctx.save();
  for (const [row, { look }] of rows.entries()) {
    const end = parts[part].ends[row];
    const start = parts[part - 1]?.ends[row] ?? 0;
    if (end === null || end <= start) continue;
    const colour = colourOf(look, ink);
    const [from, to] = [start, end].map((value) => plot.valToPos(value, "y", true));
    const top = plot.valToPos(row, "x", true) - BAR * scale / 2;
    const line = 1.5 * scale;
    ctx.fillStyle = part === 0 ? colour : hatching(ctx, colour, scale);
    ctx.fillRect(from, top, to - from, BAR * scale);
    ctx.strokeStyle = colour;
    ctx.lineWidth = line;
    ctx.strokeRect(
      from + line / 2,
      top + line / 2,
      Math.max(to - from - line, 0),
      BAR * scale - line,
    );
  }
  ctx.restore();
}

/** Draws the text behind a bar, and the line from the lowest run to the highest. */
function drawLabel(plot, { label, band }, row, { parts }, ink) {
  const { ctx } = plot;
  const scale = uPlot.pxRatio;
  const middle = plot.valToPos(row, "x", true);
  const at = (value) => plot.valToPos(value, "y", true);
  const end = Math.max(...parts.map(({ ends }) => ends[row] ?? 0), band?.[1] ?? 0);
  ctx.save();
  if (band !== null) {
    const tip = 5 * scale;
    const [from, to] = band.map(at);
    const path = new Path2D(
      `M${from} ${middle}H${to}M${from} ${middle - tip}v${2 * tip}M${to} ${middle - tip}v${
        2 * tip
      }`,
    );
    // A pale line around a dark one is visible on the bar and beside it.
    for (const [width, colour] of [[4, ink.paper], [1.5, ink.text]]) {
      ctx.lineWidth = width * scale;
      ctx.strokeStyle = colour;
      ctx.stroke(path);
    }
  }
  ctx.font = ink.font(12 * scale);
  ctx.fillStyle = ink.text;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  // Keeps the grid lines out of the text.
  ctx.strokeStyle = ink.paper;
  ctx.lineWidth = 5 * scale;
  ctx.lineJoin = "round";
  ctx.strokeText(label, at(end) + 8 * scale, middle);
  ctx.fillText(label, at(end) + 8 * scale, middle);
  ctx.restore();
}

function shortened(name, room, ink) {
  if (widthOf(name, ink) <= room) return name;
  let short = name;
  while (short.length > 1 && widthOf(`${short}…`, ink) > room) short = short.slice(0, -1);
  return `${short}…`;
}
