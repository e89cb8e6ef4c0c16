import { WIDTH } from "./help_layout.ts";

/** A cell for each column, by its title. */
export type Cells = Readonly<Record<string, string>>;

/**
 * Lays out a table with a head.
 *
 * @param left The titles of the columns that are aligned left.
 * @returns A line for the head and for each row.
 */
export function tableLines(
  titles: readonly string[],
  left: readonly string[],
  rows: readonly Cells[],
): string[] {
  const head: Cells = Object.fromEntries(titles.map((title) => [title, title]));
  const widths = titles.map((title) =>
    rows.reduce((width, row) => Math.max(width, row[title]?.length ?? 0), title.length)
  );
  const width = widths.reduce((sum, one) => sum + one, 0);
  // Two spaces between columns are easier to read, if there is room.
  const gap = width + 2 * (titles.length - 1) <= WIDTH ? "  " : " ";
  return [head, ...rows].map((row) =>
    titles.map((title, i) => {
      const [cell = "", width = 0] = [row[title], widths[i]];
      return left.includes(title) ? cell.padEnd(width) : cell.padStart(width);
    }).join(gap).trimEnd()
  );
}
