/** Axes of charts, and what they are drawn with. */
import { make } from "./dom.js";

/** Distances of ticks that are round numbers of KB, MB and so on. */
export const ROUND_BYTES = [1024, 1024 ** 2, 1024 ** 3].flatMap((unit) =>
  [1, 2, 5, 10, 20, 50, 100, 200, 500].map((step) => step * unit)
);

/** Reads colours of the current theme by their names. @param {HTMLElement} parent */
export function inkOf(parent) {
  return (/** @type {string} */ name) => {
    const probe = make("span");
    probe.style.color = `var(${name})`;
    parent.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

/**
 * The powers of ten around the values of a logarithmic axis.
 *
 * @param {any} _plot
 * @param {number | null} least
 * @param {number | null} most
 */
export function decadesOf(_plot, least, most) {
  if (least === null || most === null || !(least > 0)) return [0.1, 10];
  const low = Math.floor(Math.log10(least));
  const high = Math.max(low + 1, Math.ceil(Math.log10(most)));
  return [10 ** low, 10 ** high];
}

/** @param {any} _plot @param {number} _axis @param {number} least @param {number} most */
export function powersOfTen(_plot, _axis, least, most) {
  const low = Math.round(Math.log10(least));
  return Array.from({ length: Math.round(Math.log10(most)) - low + 1 }, (_, i) => 10 ** (low + i));
}

/** @param {(name: string) => string} ink */
export function axisLook(ink) {
  return {
    stroke: ink("--dim"),
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    ...{ gap: 4, grid: { stroke: ink("--rule"), width: 1 }, ticks: { show: false } },
  };
}

/** @param {(value: number) => string} format */
export function labelsBy(format) {
  // Of a logarithmic axis, some have no room.
  return (/** @type {any} */ _plot, /** @type {(number | null)[]} */ splits) =>
    splits.map((value) => value === null ? "" : format(value));
}

/** @param {any} _plot @param {number[]} splits In seconds since 1970. */
export function timeLabels(_plot, splits) {
  const shape = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit" });
  return splits.map((at) => new Date(at * 1000).toLocaleTimeString("en-GB", shape));
}
