/** Line charts. */
import { colourOf, dashOf, lineLabel, markPath } from "./ink.js";

/** The options and data for uPlot. */
export function linePlot(chart, ink, width) {
  const height = width < 480 ? 260 : 320;
  const { x, y, places, lines } = chart;
  return {
    options: {
      width,
      height,
      padding: [8, 26, 0, 0],
      scales: { x: { time: false, range: [x.min, x.max] }, y: { range: [y.min, y.max] } },
      axes: [
        { ...axis(x, ink), ...below(x, ink) },
        { ...axis(y, ink), size: sizeOf(y.ticks, ink) },
      ],
      series: [
        {
          label: document.createElement("span"),
          value: (_plot, _value, _series, place) => places[place]?.label ?? "",
        },
        ...lines.map(({ name, look, texts }) => ({
          label: lineLabel(name, look, ink),
          value: (_plot, _value, _series, place) => texts[place] ?? "",
          stroke: colourOf(look, ink),
          dash: dashOf(look),
          width: 2,
          points: { show: false },
        })),
      ],
      cursor: { drag: { x: false, y: false }, points: { size: 9, width: 2, fill: ink.paper } },
      legend: { markers: { show: false } },
      hooks: {
        drawSeries: [(plot, series) => {
          drawBand(plot, series, chart, ink);
          drawMarks(plot, series, chart, ink);
        }],
      },
    },
    data: [places.map(({ at }) => at), ...lines.map(({ points }) => points)],
  };
}

/** An axis with the ticks of the chart. */
export function axis({ ticks }, ink) {
  return {
    stroke: ink.dim,
    font: ink.font(12),
    gap: 6,
    splits: ticks.map(({ at }) => at),
    values: ticks.map(({ label }) => label),
    // uPlot's filters would drop the labels of ticks that are not at its own round numbers.
    filter: (_plot, splits) => splits,
    grid: { stroke: ink.rule, width: 1 },
    ticks: { show: false },
  };
}

/** Further options of an axis below the chart: its title, and the labels that fit. */
export function below({ title, ticks }, ink) {
  return {
    label: title,
    labelFont: ink.font(12),
    labelSize: 20,
    size: 28,
    values: spaced(ticks, ink, 6),
  };
}

/** Drops labels that would overlap, from the last one on. */
function spaced(ticks, ink, gap) {
  return (plot, splits) => {
    const labels = splits.map((at) => ticks.find((tick) => tick.at === at)?.label ?? "");
    const scale = plot.scales.x.ori === 0 ? "x" : "y";
    const ends = labels.map((label, i) => {
      const middle = plot.valToPos(splits[i], scale);
      const half = widthOf(label, ink) / 2 + gap / 2;
      return [middle - half, middle + half];
    });
    const shown = [];
    for (let i = labels.length - 1, free = Infinity; i >= 0; i--) {
      const fits = ends[i][1] <= free;
      shown.unshift(fits ? labels[i] : "");
      if (fits) free = ends[i][0];
    }
    return shown;
  };
}

/** The width of a text on an axis, in CSS pixels. */
export function widthOf(text, ink) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = ink.font(12);
  return context.measureText(text).width;
}

function sizeOf(ticks, ink) {
  return Math.ceil(Math.max(...ticks.map(({ label }) => widthOf(label, ink)))) + 12;
}

function drawBand(plot, series, { places, lines }, ink) {
  const { look, band } = lines[series - 1];
  const path = new Path2D();
  // A missing figure splits the band.
  const pieces = [[]];
  for (const [place, ends] of band.entries()) {
    if (ends === null) pieces.push([]);
    else pieces.at(-1).push([places[place].at, ...ends]);
  }
  const point = (at, value) =>
    path.lineTo(plot.valToPos(at, "x", true), plot.valToPos(value, "y", true));
  for (const piece of pieces.filter((one) => one.length > 1)) {
    path.moveTo(plot.valToPos(piece[0][0], "x", true), plot.valToPos(piece[0][1], "y", true));
    for (const [at, , most] of piece) point(at, most);
    for (const [at, least] of piece.toReversed()) point(at, least);
    path.closePath();
  }
  plot.ctx.save();
  plot.ctx.globalAlpha = 0.18;
  plot.ctx.fillStyle = colourOf(look, ink);
  plot.ctx.fill(path);
  plot.ctx.restore();
}

function drawMarks(plot, series, { places, lines, marks }, ink) {
  const { look, points } = lines[series - 1];
  const { ctx } = plot;
  ctx.save();
  ctx.fillStyle = colourOf(look, ink);
  ctx.strokeStyle = ink.paper;
  ctx.lineWidth = uPlot.pxRatio;
  ctx.setLineDash([]);
  for (const place of marks) {
    if (points[place] === null) continue;
    const x = plot.valToPos(places[place].at, "x", true);
    const y = plot.valToPos(points[place], "y", true);
    const path = markPath(look, x, y, uPlot.pxRatio);
    ctx.fill(path);
    ctx.stroke(path);
  }
  ctx.restore();
}
