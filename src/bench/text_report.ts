/** A report in a terminal. */
import { printable } from "../base/printable.ts";
import { formatDuration } from "../settings/units.ts";
import { counted, formatBytes, formatFigure } from "./figures.ts";
import type { BenchReport, Case } from "./report.ts";
import { byConnections } from "./summary.ts";
import { tableLines } from "./text_table.ts";

/** Sentences are wrapped at this width where the terminal is wider: long lines are hard to read. */
const TEXT_WIDTH = 100;

/** In a terminal that is narrower than this, lines are wider than it. */
const LEAST_WIDTH = 30;

/** Where the second line of something begins. */
const HEAD_INDENT = 10;
const ITEM_INDENT = 2;

/** The most characters of a text that is shown. */
const MAX_TEXT = 2000;

const INCOMPLETE =
  "This report is incomplete: it was interrupted, or something could not be measured.";

/**
 * A report as text: what was measured and where, a table for each number of connections, failures
 * and limits, what the figures say, and how to repeat it.
 *
 * @param width Of the terminal, in columns; 0 where it is not known.
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
    // It is there to be copied, so it is one line however long it is.
    ["To repeat it:", printable(report.command, Infinity)],
  ];
  return sections.filter((lines) => lines.length > 0).map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function headTexts({ options, machine, versions, time }: BenchReport): string[] {
  const { handler, requests, rate, runs, message_bytes, server } = options;
  const entries: readonly (readonly [title: string, text: string])[] = [
    handler === null ? ["Workload", options.workload] : ["Handler", handler],
    ["Requests", requests.join(", ")],
    ["Messages", message_bytes > 0 ? `${formatBytes(message_bytes)} each` : ""],
    [
      "Load",
      rate === null
        ? "each request follows the answer to the one before (closed model)"
        : `${formatFigure("rate", rate)}, whether answers come or not (open model)`,
    ],
    [
      "Runs",
      `${runs} of ${formatDuration(options.duration_ms)}${runs === 1 ? "" : " each"}, ` +
      `after ${formatDuration(options.warmup_ms)} to warm up; seed ${options.seed}`,
    ],
    ["Options", server.join(" ")],
    [
      "Machine",
      `${machine.processor}, ${machine.processors} ` +
      `${machine.processors === 1 ? "processor" : "processors"}, ` +
      `${formatBytes(machine.memory_bytes)}, ${machine.system}`,
    ],
    ["Versions", Object.entries(versions).map((entry) => entry.join(" ")).join(", ")],
    ["Time", time],
  ];
  return entries.filter(([, text]) => text !== "").map(([title, text]) =>
    `${title}:`.padEnd(HEAD_INDENT) + text
  );
}

function legendTexts(cases: readonly Case[]): string[] {
  if (cases.length === 0) return [];
  const isOne = cases.every(({ runs }) => runs.length < 2);
  const figures = isOne
    ? "Figures of one run."
    : "Medians of the runs, ± half of the distance between the outermost.";
  return [
    `${figures} * is the best, and what does not differ from it.`,
    "P50 to MAX: latency. USER, SYS: CPU time of a request. REST, PEAK: memory before the first " +
    "client, and at most. SWITCHES: context switches of a request. BALANCE: the requests of the " +
    "worker with fewest beside those of the one with most.",
  ];
}

/** What the load generator could have done, and how busy it was. */
function generatorTexts({ ceilings, cases }: BenchReport): string[] {
  return ceilings.map(({ connections, rate }) => {
    const shares = cases.filter((one) => one.connections === connections)
      .flatMap(({ runs }) => runs.map(({ generator }) => generator.busy));
    const where = ceilings.length > 1 ? ` with ${counted(connections, "connection")}` : "";
    const most = shares.length === 0
      ? ""
      : `; it was busy ${formatFigure("balance", Math.max(...shares))} of the time at most`;
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
