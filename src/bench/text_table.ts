/** The table of a report in a terminal. */
import { cellUnit, formatCell, NO_FIGURE, percent } from "./figures.ts";
import { type Case, type MetricName, METRICS } from "./report.ts";
import { best, isWithheld, relativeSpread } from "./summary.ts";

/** Speed and latency, and what they cost: two tables in a narrow terminal. */
const GROUPS: readonly (readonly MetricName[])[] = [
  ["rate", "bytes_per_s", "p50_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms", "errors"],
  ["user_us", "system_us", "rest_bytes", "peak_bytes", "threads", "switches", "balance"],
];

/** Bytes per second from which on they matter more than requests. */
const MANY_BYTES = 100e6;

const GAP = "  ";

/** A column; its lines are equally wide, apart from what makes them bold. */
interface Column {
  readonly width: number;
  readonly lines: readonly string[];
}

/** A cell; figures, marks and spreads are aligned in a column. */
interface Cell {
  readonly figure: string;
  readonly mark: string;
  readonly spread: string;
}

/**
 * Lays out cases as a table: titles, units, and a line for each case. A figure is a median with its
 * spread, such as `12,345* ±2%`, where the star marks the best. Columns without figures are left
 * out. What is wider than the terminal becomes several tables with an empty line between them.
 *
 * @param cases With the same number of connections.
 * @param width The width of the terminal, in columns.
 * @param isTerminal Whether the best figures may be bold.
 */
export function tableLines(cases: readonly Case[], width: number, isTerminal: boolean): string[] {
  const names = ["", "", ...cases.map(({ subject }) => subject.name)];
  const nameWidth = longest(names);
  const groups = GROUPS.map((metrics) =>
    metrics.filter((metric) => isShown(cases, metric))
      .map((metric) => metricColumn(cases, metric, isTerminal))
  );
  const fits = (columns: readonly Column[]) =>
    columns.reduce((sum, column) => sum + GAP.length + column.width, nameWidth) <= width;
  const tables = fits(groups.flat()) ? [groups.flat()] : groups.flatMap((one) => divide(one, fits));
  const blocks = tables.filter((columns) => columns.length > 0).map((columns) =>
    names.map((name, line) =>
      [name.padEnd(nameWidth), ...columns.map(({ lines }) => lines[line] ?? "")].join(GAP).trimEnd()
    ).filter((line) => line !== "").join("\n")
  );
  return blocks.length === 0 ? [] : blocks.join("\n\n").split("\n");
}

function isShown(cases: readonly Case[], metric: MetricName): boolean {
  const least = metric === "bytes_per_s" ? MANY_BYTES : -Infinity;
  return cases.some(({ summary }) => (summary[metric]?.median ?? -Infinity) > least);
}

/** As few tables as hold the columns in their order; a column that does not fit has its own. */
function divide(
  columns: readonly Column[],
  fits: (columns: readonly Column[]) => boolean,
): Column[][] {
  const tables: Column[][] = [];
  for (const column of columns) {
    const table = tables.at(-1);
    if (table !== undefined && fits([...table, column])) table.push(column);
    else tables.push([column]);
  }
  return tables;
}

function metricColumn(cases: readonly Case[], metric: MetricName, isTerminal: boolean): Column {
  const leaders = best(cases, metric);
  const cells: Cell[] = [
    { figure: METRICS[metric].title, mark: "", spread: "" },
    { figure: cellUnit(metric), mark: "", spread: "" },
    ...cases.map((one) => cellOf(one, metric, leaders.has(one))),
  ];
  const widthOf = (part: keyof Cell) => longest(cells.map((cell) => cell[part]));
  const [figureWidth, markWidth] = [widthOf("figure"), widthOf("mark")];
  const spreadWidth = widthOf("spread");
  const lines = cells.map(({ figure, mark, spread }) => {
    const text = isTerminal && mark !== "" ? `\x1b[1m${figure}${mark}\x1b[22m` : figure + mark;
    // Padding stays outside of bold: some terminals show bold spaces.
    const [before, after] = [figureWidth - figure.length, markWidth - mark.length];
    return " ".repeat(before) + text + " ".repeat(after) + spread.padStart(spreadWidth);
  });
  return { width: figureWidth + markWidth + spreadWidth, lines };
}

function cellOf(one: Case, metric: MetricName, isBest: boolean): Cell {
  const spread = one.summary[metric];
  if (spread === null) {
    return { figure: isWithheld(one, metric) ? "withheld" : NO_FIGURE, mark: "", spread: "" };
  }
  const share = relativeSpread(spread);
  return {
    figure: formatCell(metric, spread.median),
    mark: isBest ? "*" : "",
    spread: share === null ? "" : ` ±${percent(share)}`,
  };
}

function longest(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}
