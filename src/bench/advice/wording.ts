/** Words and numbers of the advice. */
import { formatFigure } from "../figures.ts";
import { differ } from "../summary.ts";
import type { Spread } from "../report.ts";

/** From this factor on it is said as such; below, in percent. */
const LEAST_FACTOR = 1.2;

/** What is said where two figures may not be called different. */
export const NO_DIFFERENCE = "no difference beyond the spread of the runs";

/** Whether one figure is above or below another, or neither beyond the spread of the runs. */
export type Relation = "above" | "below" | "same";

/** How one figure stands to another. */
export function relate(one: Spread, other: Spread): Relation {
  if (!differ(one, other)) return "same";
  return one.median > other.median ? "above" : "below";
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  const [last = ""] = words.slice(-1);
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** A whole number with its noun: `1 client`, `936 clients`. */
export function count(number: number, noun: string): string {
  return `${formatFigure("errors", number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** `With 1,000 connections`. */
export function withConnections(connections: number): string {
  return `With ${count(connections, "connection")}`;
}

/** For a sentence that goes on; `CPU` stays as it is. */
export function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** For the beginning of a sentence. */
export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * How many times one figure is another, or by how many percent they differ: `1.9 times`,
 * `1.9 to 2.0 times`, `12%`, `12 to 15%`; each larger than the other, or each smaller. Percent are
 * of the other.
 *
 * @param values Figures that lie all above the other, or all below it.
 * @returns Empty where there is no such number, as beside 0.
 */
export function amount(values: readonly number[], other: number): string {
  const ratios = values.map((value) => Math.max(value, other) / Math.min(value, other));
  if (!ratios.every(Number.isFinite)) return "";
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
  if (low >= LEAST_FACTOR) return `${range(factor(low), factor(high))} times`;
  const percents = values.map((value) => 100 * Math.abs(value - other) / other);
  return `${range(whole(Math.min(...percents)), whole(Math.max(...percents)))}%`;
}

/** In two digits: `1.9`, `15`, `150`. */
function factor(ratio: number): string {
  const rounded = Number(ratio.toPrecision(2));
  return rounded < 10 ? rounded.toFixed(1) : whole(rounded);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function range(low: string, high: string): string {
  return low === high ? low : `${low} to ${high}`;
}
