/**
 * Draws the charts.
 *
 * @import { Sample } from "./history.js"
 * @import { Chart, Line } from "./chart_list.js"
 */
import {
  axisLook,
  decadesOf,
  inkOf,
  labelsBy,
  powersOfTen,
  ROUND_BYTES,
  timeLabels,
} from "./chart_axes.js";
import { ChartCursor } from "./chart_cursor.js";
import { make, setText } from "./dom.js";
import { bytes, isKnown, timeOfDay } from "./format.js";
import { SPAN } from "./history.js";

/** Taken from the library's own script, which precedes this one. */
const Plot = /** @type {any} */ (globalThis).uPlot;
/** In CSS pixels. */
const PLOT_HEIGHT = 150;
const AXIS_WIDTH = 58;
/** Samples between two changes of the text that screen readers read. */
const DESCRIBED_EACH = 10;

/** A chart with its legend, which shows the last figures or those under the cursor. */
export class LiveChart {
  /** @type {any} */
  #plot = null;
  #width = 0;
  #drawn = 0;
  /** @type {readonly Sample[]} */
  #samples = [];

  /** @param {HTMLElement} parent @param {Chart} chart */
  constructor(parent, chart) {
    this.chart = chart;
    // A slider through time: screen readers then tell the figures at its value.
    this.frame = make("div", {
      ...{ class: "plot", role: "slider", tabindex: 0 },
      ...{ "aria-valuemin": -SPAN, "aria-valuemax": 0, "aria-valuenow": 0 },
    });
    this.time = make("span", { class: "time" });
    this.entries = chart.lines.map(makeEntry);
    const figure = make(
      "figure",
      { id: chart.id },
      make(
        "figcaption",
        {},
        make("h3", {}, chart.title, this.time),
        make("ul", { class: "legend" }, ...this.entries.map(({ element }) => element)),
      ),
      this.frame,
    );
    parent.append(figure);
    this.cursor = new ChartCursor(this.frame, {
      samples: () => this.#samples,
      plot: () => this.#plot,
      onMove: () => this.#describe(),
    });
    new ResizeObserver(() => {
      // None while it is hidden.
      if ([0, this.#width].includes(this.frame.clientWidth)) return;
      this.#width = this.frame.clientWidth;
      if (this.#plot === null) this.redraw();
      else this.#plot.setSize({ width: this.#width, height: PLOT_HEIGHT });
    }).observe(this.frame);
  }

  /** Shows other samples. @param {readonly Sample[]} samples */
  show(samples) {
    this.#samples = samples;
    this.#plot?.setData(this.#data());
    this.#showFigures();
    // The second one as well: it is the first with rates.
    if (this.#drawn++ % DESCRIBED_EACH < 2) this.#describe();
  }

  /** Draws anew, such as in the colours of another theme. */
  redraw() {
    if (this.#width === 0) return;
    this.#plot?.destroy();
    this.#plot = new Plot(this.#options(), this.#data(), this.frame);
  }

  #data() {
    const times = this.#samples.map(({ time }) => time);
    return [
      times,
      ...this.chart.lines.map(({ of }) =>
        this.#samples.map((sample) => {
          const value = of(sample) ?? null;
          return this.chart.isLogarithmic && value !== null && value <= 0 ? null : value;
        })
      ),
    ];
  }

  #options() {
    const { lines, format, least, isLogarithmic = false } = this.chart;
    const ink = inkOf(this.frame);
    const others = lines.find((line) => line.format !== undefined)?.format;
    /** @param {any} _plot @param {number} _least @param {number | null} most */
    const range = (_plot, _least, most) => [0, Math.max(least, (most ?? 0) * 1.1)];
    return {
      ...{ width: this.#width, height: PLOT_HEIGHT, padding: [6, others ? 0 : 20, 0, 0] },
      scales: {
        x: { range: () => this.#timeRange() },
        y: isLogarithmic ? { distr: 3, range: decadesOf } : { range },
        other: { range },
      },
      axes: [
        { ...axisLook(ink), size: 22, space: 44, incrs: [60, 120, 300], values: timeLabels },
        {
          ...axisLook(ink),
          ...{ size: AXIS_WIDTH, space: 36, values: labelsBy(format) },
          ...(format === bytes && { incrs: ROUND_BYTES }),
          ...(isLogarithmic && { splits: powersOfTen }),
        },
        ...(others === undefined ? [] : [{
          ...axisLook(ink),
          ...{ side: 1, scale: "other", grid: { show: false } },
          ...{ size: AXIS_WIDTH, space: 36, values: labelsBy(others) },
        }]),
      ],
      series: [
        {},
        ...lines.map((line) => ({
          ...{ stroke: ink(`--series-${line.colour}`), dash: line.dash, width: 2 },
          ...{ scale: line.format === undefined ? "y" : "other", points: { show: false } },
        })),
      ],
      legend: { show: false },
      cursor: {
        ...{ y: false, drag: { x: false, y: false }, points: { size: 7 } },
        // All charts tell of the same time.
        sync: { key: "time" },
      },
      hooks: {
        setCursor: [() => this.#showFigures()],
        // The samples move below a cursor that stays.
        draw: [() => this.#showFigures()],
      },
    };
  }

  #timeRange() {
    const end = this.#samples.at(-1)?.time ?? Date.now() / 1000;
    return [end - SPAN, end];
  }

  /** Shows those of the sample under the cursor, or of the last one. */
  #showFigures() {
    const sample = this.#pointed ?? this.#samples.at(-1);
    setText(this.time, this.#pointed === undefined ? "" : ` at ${timeOf(this.#pointed)}`);
    for (const [i, { element, value }] of this.entries.entries()) {
      const line = this.chart.lines[i];
      if (line === undefined) continue;
      // What has never occurred, such as a class of responses, would only take room.
      element.hidden = i > 0 && !this.#samples.some((one) => isKnown(line.of(one)));
      setText(value, this.#format(line, sample === undefined ? null : line.of(sample)));
    }
  }

  /** The sample under the cursor. */
  get #pointed() {
    const left = this.#plot?.cursor.left ?? -1;
    return left < 0 ? undefined : this.#samples[this.#plot.posToIdx(left)];
  }

  /** Tells in words what the lines show, as a whole and where the cursor is. */
  #describe() {
    const [last, sample] = [this.#samples.at(-1), this.#pointed ?? this.#samples.at(-1)];
    if (last !== undefined && sample !== undefined) {
      const figures = this.chart.lines.filter(({ of }) => isKnown(of(sample)))
        .map((line) => `${line.name} ${this.#format(line, line.of(sample))}`);
      const value = `${timeOf(sample)}: ${figures.join(", ") || "no figures"}`;
      this.frame.setAttribute("aria-valuenow", String(Math.round(sample.time - last.time)));
      this.frame.setAttribute("aria-valuetext", value);
    }
    const parts = this.chart.lines.flatMap((line) => {
      const values = this.#samples.map((one) => line.of(one)).filter(isKnown);
      if (values.length === 0) return [];
      const [now, least, most] = [values.at(-1), Math.min(...values), Math.max(...values)]
        .map((value) => this.#format(line, value));
      return [`${line.name} ${now}, from ${least} to ${most}`];
    });
    const text = parts.length === 0 ? "no figures yet" : parts.join("; ");
    this.frame.setAttribute("aria-label", `${this.chart.title}, last five minutes: ${text}`);
  }

  /** @param {Line} line @param {number | null | undefined} value */
  #format(line, value) {
    return (line.format ?? this.chart.format)(value);
  }
}

/** When a sample was taken. @param {Sample} sample */
function timeOf({ time }) {
  return timeOfDay(new Date(1000 * time).toISOString());
}

/** A name with a piece of its line, and its figure. @param {Line} line */
function makeEntry({ name, colour, dash }) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const stroke = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const looks = { class: `stroke-${colour}`, d: "M0 6H26", "stroke-dasharray": dash.join(" ") };
  for (const [key, value] of Object.entries(looks)) stroke.setAttribute(key, value);
  for (const [key, value] of Object.entries({ width: "26", height: "12", "aria-hidden": "true" })) {
    picture.setAttribute(key, value);
  }
  picture.append(stroke);
  const value = make("b");
  return { element: make("li", {}, picture, `${name} `, value), value };
}
