import { writeText } from "../../src/base/write_text.ts";
import type { Both } from "./pairs.ts";
import type { Server } from "./servers.ts";

const NAME_WIDTH = 34;
const WIDTHS = [11, 11, 14, 18] as const;

/** Prints a line. */
export function print(text: string): void {
  writeText(Deno.stdout, `${text}\n`);
}

/** Prints the head of a table: what is compared, and how often. */
export function printHead([a, b]: readonly [Server, Server], pairs: number, how: string): void {
  print(`  A: ${a.name}\n  B: ${b.name}`);
  print(`  ${pairs} ${pairs === 1 ? "pair" : "pairs"} of new processes, ${how}`);
  printCells("median of the pairs", ["A", "B", "A/B", "lowest..highest"]);
}

/** Prints the medians of a figure, and the median and range of its ratio. */
export function printRow(name: string, [as, bs]: Both, digits: number, aim = ""): void {
  const ratios = as.map((a, pair) => a / (bs[pair] ?? NaN));
  const range = `${Math.min(...ratios).toFixed(3)}..${Math.max(...ratios).toFixed(3)}`;
  const medians = [as, bs].map((values) => median(values).toFixed(digits));
  printCells(name, [...medians, median(ratios).toFixed(3), range], aim);
}

/** Prints the medians of a figure whose ratio is meaningless. */
export function printFigures(name: string, both: Both): void {
  printCells(name, both.map((values) => median(values).toFixed(2)));
}

/** Prints the median and range of a figure of one server. */
export function printFigure(name: string, values: readonly number[]): void {
  const range = `${Math.min(...values).toFixed(1)}..${Math.max(...values).toFixed(1)}`;
  print(`  ${median(values).toFixed(1).padStart(8)}${range.padStart(14)}  ${name}`);
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low = NaN, high = NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return (low + high) / 2;
}

function printCells(name: string, cells: readonly string[], aim = ""): void {
  const columns = WIDTHS.map((width, i) => (cells[i] ?? "").padStart(width));
  print(`${`  ${name}`.padEnd(NAME_WIDTH)}${columns.join("")}  ${aim}`.trimEnd());
}
