/**
 * Reads charts by keys and by touch: the library's own cursor follows a mouse alone.
 *
 * @import { Sample } from "./history.js"
 */
import { isKnown } from "./format.js";

/**
 * How many samples a key moves the cursor by.
 *
 * @type {Readonly<Record<string, number>>}
 */
const STEPS = {
  ...{ ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 },
  ...{ Home: -Infinity, End: Infinity },
};

/**
 * A cursor that stays at a sample, while the samples move on, until the chart has no focus.
 * Unlike it, a mouse stays where it is.
 */
export class ChartCursor {
  /** @type {number | null} The time of the sample. */
  #time = null;

  /**
   * @param {HTMLElement} frame What has the focus.
   * @param {object} chart
   * @param {() => readonly Sample[]} chart.samples
   * @param {() => any} chart.plot Null before it is drawn.
   * @param {() => void} chart.onMove Called once the cursor has been moved.
   */
  constructor(frame, chart) {
    this.chart = chart;
    frame.addEventListener("keydown", (event) => this.#onKey(event));
    frame.addEventListener("blur", () => this.#leave());
    for (const type of /** @type {const} */ (["pointerdown", "pointermove"])) {
      frame.addEventListener(type, (event) => this.#onPointer(event));
    }
  }

  /** Follows its sample, to be called once the samples have moved. */
  follow() {
    const left = this.#time === null ? null : this.chart.plot()?.valToPos(this.#time, "x");
    if (!isKnown(left)) return;
    if (left < 0) this.#leave();
    else this.#place(left, 0);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "Escape") return this.#leave();
    const step = STEPS[event.key];
    const samples = this.chart.samples();
    if (step === undefined || samples.length === 0) return;
    event.preventDefault();
    const end = samples.length - 1;
    const at = this.#time === null ? end : samples.findIndex(({ time }) => time === this.#time);
    this.#moveTo(samples[Math.min(end, Math.max(0, at + step))]);
  }

  /** @param {PointerEvent} event */
  #onPointer({ pointerType, clientX }) {
    const plot = this.chart.plot();
    if (plot === null) return;
    if (pointerType === "mouse") this.#time = null;
    else {
      const index = plot.posToIdx(clientX - plot.over.getBoundingClientRect().left);
      this.#moveTo(this.chart.samples()[index]);
    }
  }

  /** @param {Sample | undefined} sample */
  #moveTo(sample) {
    this.#time = sample?.time ?? null;
    this.follow();
    this.chart.onMove();
  }

  #leave() {
    this.#time = null;
    this.#place(-10, -10);
    this.chart.onMove();
  }

  /** In all charts. @param {number} left @param {number} top */
  #place(left, top) {
    this.chart.plot()?.setCursor({ left, top }, true, true);
  }
}
