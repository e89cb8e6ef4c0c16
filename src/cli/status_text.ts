/** The layout of a status for people: a head, a table of the lanes with their totals, and one of each group of backends. */
import { printable } from "../base/printable.ts";
import type { LaneCounts } from "../lane/counts.ts";
import type { LaneStatus, Status } from "../ops/status/status.ts";
import { wrap } from "./help_layout.ts";
import { MAX_TEXT } from "./max_text.ts";
import {
  dependencyLines,
  latencyText,
  logText,
  refusedText,
  saturationText,
} from "./server_text.ts";
import { count, durationText, percent, shortDuration, size } from "./short_figures.ts";
import { type Cells, tableLines } from "./table.ts";
import { upstreamLines } from "./upstream_text.ts";

/** Columns before the values in the head. */
const INDENT = 12;

/** The column that is aligned left. */
const STATE = "STATE";
/** The column of processes, which only lanes in processes of their own need. */
const PID = "PID";

/** Formats a status as lines, whose table fits 80 columns. */
export function statusText(status: Status): string {
  const { crashed, hung, recycled, resources, leased } = status.totals;
  const [latency, records] = [latencyText(status), logText(status)];
  const lines = [
    ...headLines(status),
    "",
    ...laneTable(status),
    "",
    `Clients refused: ${refusedText(status.totals)}`,
    ...resources === 0 ? [] : [`Pools: ${leased} of ${resources} leased`],
    `Lanes: ${crashed} crashed, ${hung} hung, ${recycled} recycled`,
    ...latency === null ? [] : [`Latency: ${latency}`],
    ...isOld(status) ? [] : wrap(`Saturation: ${saturationText(status)}`, 0),
    ...records === null ? [] : [`Log records: ${records}`],
    ...status.dependencies.length === 0 ? [] : [""],
    ...dependencyLines(status.dependencies, status.time),
    ...status.upstreams.flatMap((group) => [
      "",
      ...upstreamLines(group, status.time).map(({ text }) => text),
    ]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Whether an older server wrote it, which does not tell everything. */
function isOld({ version }: Status): boolean {
  return version === "unknown";
}

function headLines(status: Status): string[] {
  const { failed_generation: failed, state, crash_loop, last_crash: crash } = status;
  return [
    ...state === "serving" ? [] : headLine("State", state),
    ...headLine("Mode", status.mode),
    ...headLine("Service", status.service),
    ...headLine("Process", String(status.pid)),
    ...headLine("Uptime", durationText(status.uptime_s)),
    ...headLine("Generation", String(status.generation)),
    ...crash_loop === null ? [] : headLine("Crash loop", crash_loop),
    ...crash === null ? [] : headLine("Last crash", `${crash.time}, ${crash.reason}`),
    ...failed === null ? [] : headLine("Failed", `${failed.generation}, ${failed.reason}`),
  ];
}

function headLine(title: string, text: string): string[] {
  const [first = "", ...more] = wrap(printable(text, MAX_TEXT), INDENT);
  return [`${title}:`.padEnd(INDENT) + first.slice(INDENT), ...more];
}

function laneTable({ lanes, totals }: Status): string[] {
  const hasProcesses = lanes.some(({ place }) => place === "process");
  const titles = ["LANE", STATE, "GEN", PID, ...Object.keys(countCells(totals)), "BEAT", "BUSY"]
    .filter((title) => title !== PID || hasProcesses);
  const rows = [...lanes.map(laneCells), { LANE: "TOTAL", ...countCells(totals) }];
  return tableLines(titles, [STATE], rows);
}

function laneCells(lane: LaneStatus): Cells {
  return {
    LANE: String(lane.lane),
    [STATE]: lane.state,
    GEN: String(lane.generation),
    [PID]: String(lane.pid),
    ...countCells(lane),
    BEAT: shortDuration(lane.heartbeat_age_ms / 1000),
    BUSY: percent(lane.busy),
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
