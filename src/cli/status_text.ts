/** The layout of a status for people: a head, a table of the lanes, and their totals. */
import { printable } from "../base/printable.ts";
import type { LaneCounts } from "../lane/counts.ts";
import type { LaneStatus, Status } from "../ops/status.ts";
import { formatPercent } from "../settings/units.ts";
import { WIDTH, wrap } from "./help_layout.ts";

/** Maximum length of a text from the file in the output, in characters. */
export const MAX_TEXT = 500;

/** Columns before the values in the head. */
const INDENT = 12;

/** The titles of the columns; the others are aligned right. */
const STATE = "STATE";
/** The column of processes, which only lanes in processes of their own need. */
const PID = "PID";

/** Formats a status as lines, whose table fits {@linkcode WIDTH} columns. */
export function statusText(status: Status): string {
  const { crashed, hung, recycled, refused, resources, leased } = status.totals;
  const lines = [
    ...headLines(status),
    "",
    ...tableLines(status),
    "",
    `Clients refused: ${refused}`,
    ...resources === 0 ? [] : [`Pools: ${leased} of ${resources} leased`],
    `Lanes: ${crashed} crashed, ${hung} hung, ${recycled} recycled`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function headLines(status: Status): string[] {
  const { failed_generation: failed } = status;
  return [
    ...headLine("Mode", status.mode),
    ...headLine("Service", status.service),
    ...headLine("Process", String(status.pid)),
    ...headLine("Uptime", durationText(status.uptime_s)),
    ...headLine("Generation", String(status.generation)),
    ...failed === null ? [] : headLine("Failed", `${failed.generation}, ${failed.reason}`),
  ];
}

function headLine(title: string, text: string): string[] {
  const [first = "", ...more] = wrap(printable(text, MAX_TEXT), INDENT);
  return [`${title}:`.padEnd(INDENT) + first.slice(INDENT), ...more];
}

/** A cell for each column, by its title. */
type Cells = Readonly<Record<string, string>>;

function tableLines({ lanes, totals }: Status): string[] {
  const rows = [...lanes.map(laneCells), { LANE: "TOTAL", ...countCells(totals) }];
  const hasProcesses = lanes.some(({ place }) => place === "process");
  const titles = ["LANE", STATE, "GEN", PID, ...Object.keys(countCells(totals)), "BEAT", "BUSY"]
    .filter((title) => title !== PID || hasProcesses);
  const table: Cells[] = [Object.fromEntries(titles.map((title) => [title, title])), ...rows];
  const widths = titles.map((title) => Math.max(...table.map((row) => row[title]?.length ?? 0)));
  const width = widths.reduce((sum, one) => sum + one, 0);
  // Two spaces between columns are easier to read, if there is room.
  const gap = width + 2 * (titles.length - 1) <= WIDTH ? "  " : " ";
  return table.map((row) =>
    titles.map((title, i) => {
      const [cell = "", width = 0] = [row[title], widths[i]];
      return title === STATE ? cell.padEnd(width) : cell.padStart(width);
    }).join(gap).trimEnd()
  );
}

function laneCells(lane: LaneStatus): Cells {
  return {
    LANE: String(lane.lane),
    [STATE]: lane.state,
    GEN: String(lane.generation),
    [PID]: String(lane.pid),
    ...countCells(lane),
    BEAT: shortDuration(lane.heartbeat_age_ms / 1000),
    BUSY: formatPercent(Math.round(lane.busy * 100)),
  };
}

function countCells(counts: LaneCounts): Cells {
  return {
    OPEN: count(counts.open),
    ACCEPTED: count(counts.accepted),
    REQUESTS: count(counts.requests),
    IN: size(counts.bytes_in),
    OUT: size(counts.bytes_out),
    ERRORS: count(counts.errors),
  };
}

/** The seconds of each unit, the largest first. */
const UNITS = [[86_400, "d"], [3600, "h"], [60, "m"], [1, "s"]] as const;

/** A duration in its two largest units, such as `3 h 12 m`. */
export function durationText(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const [factor, unit] of UNITS) {
    const amount = Math.floor(rest / factor);
    rest %= factor;
    if (amount > 0 || parts.length > 0 || unit === "s") parts.push(`${amount} ${unit}`);
  }
  return parts.slice(0, 2).join(" ");
}

/** A duration in at most four characters, such as `0.2s` and `95m`. */
function shortDuration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)}s`;
  const [factor, unit] = UNITS.findLast(([factor]) => seconds < 100 * factor) ?? UNITS[0];
  return `${Math.floor(seconds / factor)}${unit}`;
}

/** A size in at most five characters, such as `1.5mb`, in steps of 1024 as in the settings. */
function size(bytes: number): string {
  return bytes < 1000 ? `${bytes}b` : short(bytes / 1024, 1024, ["kb", "mb", "gb", "tb", "pb"]);
}

/** A number in at most five characters: all digits, or such as `1.5m` for millions. */
function count(number: number): string {
  return number < 100_000 ? String(number) : short(number / 1000, 1000, ["k", "m", "g", "t"]);
}

/** A number of at most three digits, and its unit. */
function short(amount: number, step: number, units: readonly string[]): string {
  let unit = 0;
  for (; amount >= 999.5 && unit < units.length - 1; unit++) amount /= step;
  return `${amount < 9.95 ? amount.toFixed(1) : Math.round(amount)}${units[unit]}`;
}
