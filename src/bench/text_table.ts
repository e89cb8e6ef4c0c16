/** The table of a report in a terminal. */
import { cellUnit, formatCell, formatFigure, NO_FIGURE } from "./figures.ts";
import { type Case, type Metric, type MetricName, METRICS, type Spread } from "./report.ts";
import { best, relativeSpread, withheld } from "./summary.ts";

/** Speed and latency. */
const SPEED = [
  ...["rate", "bytes_per_s", "p50_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms"] as const,
  "errors",
] as const;

/** What it costs. */
const COST = [
  ...["user_us", "system_us", "rest_bytes", "peak_bytes", "threads", "switches"] as const,
  "balance",
] as const;

/** Bytes a second, from which on they are what a server is measured by. */
const MANY_BYTES = 100e6;

/** Units of what is withheld where the load generator was the limit. */
const WITHHELD_UNITS: readonly Metric["unit"][] = ["/s", "bytes/s", "ms"];

const GAP = "  ";

/** A column of a table: its lines are as wide as it is, but for what makes them bold. */
interface Column {
  readonly width: number;
  readonly lines: readonly string[];
}

/** A cell, whose parts stand below those of the cells above; or words instead of all of them. */
interface Cell {
  readonly figure: string;
  readonly mark: string;
  readonly spread: string;
  readonly words: string;
}

const EMPTY: Cell = { figure: "", mark: "", spread: "", words: "" };

/**
 * Cases as a table: a line of titles, one of units, and one for each case. A figure is a median
 * with its spread, such as `12,345* ±2%`, where the star marks the best. Columns without a figure
 * are left out, as are bytes a second where they are few. What is wider than the terminal becomes a table for speed and one for cost, and
 * more where these are too wide; an empty line stands between them.
 *
 * @param cases With the same number of connections.
 * @param width Of the terminal, in columns.
 * @param isTerminal Whether the best may be bold.
 */
export function tableLines(cases: readonly Case[], width: number, isTerminal: boolean): string[] {
  const names = nameColumn(cases);
  const parts = [SPEED, COST].map((metrics) =>
    metrics.filter((metric) => cases.some(({ summary }) => isShown(metric, summary[metric])))
      .map((metric) => metricColumn(cases, metric, isTerminal))
  );
  const fits = (columns: readonly Column[]) =>
    columns.reduce((sum, column) => sum + GAP.length + column.width, names.width) <= width;
  const tables = fits(parts.flat()) ? [parts.flat()] : parts.flatMap((part) => divide(part, fits));
  return tables.filter((columns) => columns.length > 0).flatMap((columns, i) => {
    const lines = names.lines.map((name, line) =>
      [name, ...columns.map(({ lines }) => lines[line] ?? "")].join(GAP).trimEnd()
    );
    // Where no column has a unit, the line of units is empty.
    return [...(i > 0 ? [""] : []), ...lines.filter((line) => line !== "")];
  });
}

function isShown(metric: MetricName, spread: Spread | null): boolean {
  return spread !== null && (metric !== "bytes_per_s" || spread.median >= MANY_BYTES);
}

/** As few tables as hold the columns in their order; one that fits nowhere has its own. */
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

function nameColumn(cases: readonly Case[]): Column {
  const names = ["", "", ...cases.map(({ subject }) => subject.name)];
  const width = longest(names);
  return { width, lines: names.map((name) => name.padEnd(width)) };
}

function metricColumn(cases: readonly Case[], metric: MetricName, isTerminal: boolean): Column {
  const marked = best(cases, metric);
  const cells = [
    { ...EMPTY, figure: METRICS[metric].title },
    { ...EMPTY, figure: cellUnit(metric) },
    ...cases.map((one) => cellOf(one, metric, marked.has(one))),
  ];
  const [figureWidth, markWidth, spreadWidth] = [
    longest(cells.map(({ figure }) => figure)),
    longest(cells.map(({ mark }) => mark)),
    longest(cells.map(({ spread }) => spread)),
  ];
  const width = Math.max(
    figureWidth + markWidth + spreadWidth,
    longest(cells.map(({ words }) => words)),
  );
  const lines = cells.map((cell) => {
    if (cell.words !== "") return cell.words.padStart(width);
    const spread = cell.spread.padStart(spreadWidth);
    const figure = cell.figure.padStart(width - markWidth - spreadWidth);
    const mark = cell.mark.padEnd(markWidth);
    // What pads a cell stays as it is: some terminals show bold spaces.
    return isTerminal && cell.mark !== ""
      ? figure.replace(cell.figure, () => `\x1b[1m${cell.figure}${mark}\x1b[22m`) + spread
      : figure + mark + spread;
  });
  return { width, lines };
}

function cellOf({ runs, summary }: Case, metric: MetricName, isBest: boolean): Cell {
  const spread = summary[metric];
  if (spread === null) {
    const isWithheld = WITHHELD_UNITS.includes(METRICS[metric].unit) && withheld(runs) !== null;
    return isWithheld ? { ...EMPTY, words: "withheld" } : { ...EMPTY, figure: NO_FIGURE };
  }
  const share = relativeSpread(spread);
  return {
    ...EMPTY,
    figure: formatCell(metric, spread.median),
    mark: isBest ? "*" : "",
    spread: share === null ? "" : ` ±${formatFigure("balance", share)}`,
  };
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}
