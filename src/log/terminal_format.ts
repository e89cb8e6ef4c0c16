/** Records for people in front of a terminal: short lines, and stacks as they are. */
import type { LogRecord } from "@logtape/logtape";
import { eachAttribute, shortened } from "./attributes.ts";
import { asText, COLOUR, escapeControls, messageOf, quoted, SEVERITY } from "./record_text.ts";

/** How many columns time and level take before the message. */
export const PREFIX_WIDTH = "00:00:00 ERROR ".length;

const INDENT = "    ";
const [DIM, RED, PLAIN] = ["\x1b[2m", "\x1b[31m", "\x1b[0m"];
/** What is shown in another form, or not at all. */
const APART = /^(?:exception|code)\.|^sluice\.code\.source$|^log\.iostream$/;
/** Ids that begin with the number of the worker, unless a proxy has given them. */
const IDS = ["sluice.request.id", "sluice.connection.id"];

/**
 * Formats records as `14:00:00 INFO  message key=value`, in local time. Attributes that
 * do not fit into the line follow it, as do errors, with the line of source code and the
 * stack. No value can begin a record or move the cursor: lines after the first one are
 * indented, and control characters escaped.
 *
 * @param stacks As in `eachAttribute`.
 * @param columns The width of the terminal.
 */
export function terminalFormat(
  stacks: boolean,
  colour: boolean,
  columns: number,
): (record: LogRecord) => string {
  const painted = (paint: string, text: string) => colour ? `${paint}${text}${PLAIN}` : text;
  return (record) => {
    const attributes = attributesOf(record, stacks);
    const [first = "", ...rest] = linesOf(shortened(messageOf(record)));
    const level = SEVERITY[record.level].padEnd(5);
    const head = `${painted(DIM, clock(record.timestamp))} ${painted(COLOUR[record.level], level)}`;
    const pairs = pairsOf(attributes);
    const width = [first, ...pairs].reduce((sum, { length }) => sum + 1 + length, PREFIX_WIDTH - 1);
    const isShort = rest.length === 0 && width <= columns;
    const inline = isShort ? pairs.map((pair) => ` ${painted(DIM, pair)}`).join("") : "";
    const below = isShort ? [] : wrapped(pairs, columns - INDENT.length);
    return [
      `${head} ${first}${inline}`,
      ...rest.map((line) => " ".repeat(PREFIX_WIDTH) + line),
      ...below.map((line) => INDENT + painted(DIM, line)),
      ...errorLines(attributes, painted).map((line) => INDENT + line),
    ].map((line) => `${line}\n`).join("");
  };
}

type Attributes = ReadonlyMap<string, unknown>;

function attributesOf(record: LogRecord, stacks: boolean): Attributes {
  const attributes = new Map<string, unknown>();
  eachAttribute(record, stacks, (name, value) => attributes.set(name, value));
  const worker = `${attributes.get("sluice.worker")}-`;
  if (IDS.some((id) => String(attributes.get(id)).startsWith(worker))) {
    attributes.delete("sluice.worker");
  }
  return attributes;
}

function pairsOf(attributes: Attributes): string[] {
  return [...attributes].filter(([name]) => !APART.test(name))
    .map(([name, value]) => `${quoted(name)}=${quoted(asText(value))}`);
}

/** Joins pairs to lines of at most `width` columns, if each of them fits. */
function wrapped(pairs: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const pair of pairs) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + pair.length > width) lines.push(pair);
    else lines[lines.length - 1] = `${last} ${pair}`;
  }
  return lines;
}

/** The error of a record: what, where, and how the code came there. */
function errorLines(
  attributes: Attributes,
  painted: (paint: string, text: string) => string,
): string[] {
  const text = (name: string) => asText(attributes.get(name) ?? "");
  if (!attributes.has("exception.type")) return sourceLines(attributes);
  const what = linesOf(`${text("exception.type")}: ${text("exception.message")}`);
  const cause = linesOf(text("exception.cause")).filter((line) => line !== "");
  const frames = linesOf(text("exception.stacktrace")).filter((line) => /^ +at /.test(line));
  return [
    ...what.map((line) => painted(RED, line)),
    ...cause.map((line, i) => i === 0 ? `Caused by ${line}` : line),
    ...sourceLines(attributes),
    ...frames.map((line) => painted(DIM, line.trimStart())),
  ];
}

/** The line of source code with a mark below its column, as compilers show it. */
function sourceLines(attributes: Attributes): string[] {
  const source = attributes.get("sluice.code.source");
  if (typeof source !== "string") return [];
  const number = String(attributes.get("code.line.number"));
  const column = Number(attributes.get("code.column.number"));
  const line = escapeControls(source.replaceAll("\t", " "));
  return [`${number} | ${line}`, `${" ".repeat(number.length)} | ${" ".repeat(column - 1)}^`];
}

function linesOf(text: string): string[] {
  return text.split("\n").map(escapeControls);
}

let lastSecond = NaN;
let lastClock = "";

/** The local time, cached: a busy server logs many records per second. */
function clock(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastClock = new Date(milliseconds).toTimeString().slice(0, 8);
  }
  return lastClock;
}
