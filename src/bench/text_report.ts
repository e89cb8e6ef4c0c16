/** A report in a terminal. */
import { printable } from "../base/printable.ts";
import { loadFacts } from "./facts.ts";
import { counted, formatBytes, formatFigure, percent } from "./figures.ts";
import type { BenchReport, Case } from "./report.ts";
import { byConnections } from "./summary.ts";
import { tableLines } from "./text_table.ts";

/** Sentences wrap at this width even in wider terminals: long lines are hard to read. */
const TEXT_WIDTH = 100;

/** In narrower terminals, lines exceed the width. */
const LEAST_WIDTH = 30;

/** The indents of continuation lines. */
const HEAD_INDENT = 10;
const ITEM_INDENT = 2;

/** The most characters of a text. */
const MAX_TEXT = 2000;

const INCOMPLETE = "This report is incomplete: the bench was interrupted, or something failed.";

const LEGEND =
  "P50 to MAX: latency. USER, SYS: CPU time per request. REST, PEAK: memory before the first " +
  "client and at most. SWITCHES: context switches per request. BALANCE: requests of the least " +
  "busy worker as a share of those of the busiest.";

/**
 * Writes a report as text: what was measured and where, a table for each number of connections, the
 * advice, and how to repeat it.
 *
 * @param width The width of the terminal, in columns; 0 if it is not known.
 * @param isTerminal Whether the best figures may be bold.
 * @returns Lines that each end with a line feed.
 */
export function textReport(report: BenchReport, width: number, isTerminal: boolean): string {
  const room = width > 0 ? Math.max(LEAST_WIDTH, width) : TEXT_WIDTH;
  const wrapped = (texts: readonly string[], indent = 0) =>
    texts.flatMap((text) => wrap(printable(text, MAX_TEXT), Math.min(room, TEXT_WIDTH), indent));
  const items = (title: string, texts: readonly string[]) => [
    ...(texts.length > 0 ? wrapped([title]) : []),
    ...wrapped(texts.map((text) => `- ${text}`), ITEM_INDENT),
  ];
  const sections: readonly (readonly string[])[] = [
    wrapped(headTexts(report), HEAD_INDENT),
    ...byConnections(report.cases).map(({ connections, cases }) => {
      const table = tableLines(cases, room, isTerminal);
      const title = counted(connections, "connection");
      return table.length > 0 ? [`${title}:`, "", ...table] : [`${title}: no figures`];
    }),
    wrapped(legendTexts(report.cases)),
    wrapped(generatorTexts(report)),
    items("Not measured:", report.missing.map(({ name, reason }) => `${name}: ${reason}`)),
    report.complete ? [] : wrapped([INCOMPLETE]),
    items("What the figures say:", report.advice),
    // One line, however long, to copy.
    ["To repeat it:", printable(report.command, Infinity)],
  ];
  return sections.filter((lines) => lines.length > 0).map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function headTexts({ options, machine, versions, time }: BenchReport): string[] {
  const { processor, processors, memory_bytes, system } = machine;
  return [
    ...loadFacts(options),
    [
      "Machine",
      [processor, counted(processors, "processor"), formatBytes(memory_bytes), system].join(", "),
    ],
    ["Versions", Object.entries(versions).map((entry) => entry.join(" ")).join(", ")],
    ["Time", time],
  ].map(([name, value]) => `${name}:`.padEnd(HEAD_INDENT) + value);
}

function legendTexts(cases: readonly Case[]): string[] {
  if (cases.length === 0) return [];
  const figures = cases.every(({ runs }) => runs.length < 2)
    ? "Figures of one run."
    : "Medians of the runs, ± half of their range.";
  return [`${figures} * marks the best, and any too near it to tell apart.`, LEGEND];
}

/** What the load generator could have sent, and how busy it was. */
function generatorTexts({ ceilings, cases }: BenchReport): string[] {
  return ceilings.map(({ connections, rate }) => {
    const runs = cases.filter((one) => one.connections === connections)
      .flatMap(({ runs }) => runs);
    const busy = Math.max(...runs.map(({ generator }) => generator.busy));
    const where = ceilings.length > 1 ? ` with ${counted(connections, "connection")}` : "";
    const most = runs.length > 0 ? `; it was busy up to ${percent(busy)} of the time` : "";
    return `The load generator can send ${formatFigure("rate", rate)} here${where}${most}.`;
  });
}

/** Breaks a text into lines; all but the first are indented. */
function wrap(text: string, width: number, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= width || line.trim() === "") {
      line = longer;
      continue;
    }
    lines.push(line);
    line = " ".repeat(indent) + word;
  }
  return [...lines, line];
}
