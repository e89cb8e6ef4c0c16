/** A line of the printed table: what was measured, and up to three cells: ours, theirs, the aim. */
export type Row = readonly [name: string, ...cells: string[]];

/** Measurements that belong together; yields what it finds as it finds it. */
export type Group = () => AsyncIterable<Row>;

const WIDTHS = [12, 12, 22] as const;

/** Prints a line. */
export function print(text = ""): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** Prints a row of the table. */
export function printRow([name, ...cells]: Row): void {
  const columns = WIDTHS.map((width, i) => (cells[i] ?? "").padStart(width));
  print([name.padEnd(36), ...columns].join(" ").trimEnd());
}

/** The value in the middle; the upper one of two. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that so much of all, 0 to 1, are not above. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/** The lowest and the highest, such as `0.98..1.04`. */
export function spread(values: readonly number[], digits = 2): string {
  return `${Math.min(...values).toFixed(digits)}..${Math.max(...values).toFixed(digits)}`;
}
