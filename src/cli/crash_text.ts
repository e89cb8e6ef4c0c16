/** The report of a crash as text for people. */
import { printable } from "../base/printable.ts";
import type { KeptReport } from "../ops/crashes/crash_folder.ts";
import { type CrashReport, exitText, type Scene } from "../ops/crashes/report.ts";
import { uptimeOf } from "./crash_list.ts";
import { count, durationText, percent, shortDuration, size } from "./short_figures.ts";
import { tableLines } from "./table.ts";

/** Columns before the values in the head. */
const INDENT = 10;
/** The most characters of a line: stacks and records may have anything in them. */
const LONGEST_LINE = 500;

/** Formats a report as lines: what happened, where, and what was being served. */
export function crashText({ path }: KeptReport, report: CrashReport): string {
  const { scene } = report;
  const lines = [
    ...headLines(report),
    line("Report", path),
    ...stackLines(report),
    ...scene === null ? ["", "What the server knew of itself is lost"] : [
      ...optionLines(scene),
      ...servingLines(scene, report),
      ...laneLines(scene),
      ...recordLines(scene),
    ],
  ];
  return lines.map((text) => `${text}\n`).join("");
}

function line(title: string, text: string): string {
  return `${`${title}:`.padEnd(INDENT)}${printable(text, LONGEST_LINE)}`;
}

function headLines(report: CrashReport): string[] {
  const { reason, time, count: times, exit, worker, scene, kind } = report;
  const up = uptimeOf(report);
  const ended = exitText(exit);
  const isExact = kind !== "machine_rebooted" && !(kind === "server_died" && exit === null);
  return [
    line("What", reason),
    line("When", isExact ? time : `${time} or later: that is its last sign of life`),
    ...times === 1 ? [] : [line("Times", `${times}: this is the last of them`)],
    ...ended === null ? [] : [line("End", `The process ${ended}`)],
    ...worker === null ? [] : [line("Worker", workerText(worker))],
    ...scene === null ? [] : [
      line(
        "Server",
        `${scene.service} in ${scene.mode} mode on ${
          scene.addresses.join(", ") || "no address yet"
        }, ` +
          `${scene.state}`,
      ),
      line(
        "Process",
        `${scene.pid}, sluice ${scene.version}, ${scene.runtime}, ` +
          `up ${durationText(up ?? 0)}, ${size(scene.memory)} of memory, ${
            scene.cpu_s.toFixed(1)
          } s of CPU`,
      ),
    ],
  ];
}

function workerText(worker: NonNullable<CrashReport["worker"]>): string {
  const { lane, place, pid, generation, age_s, open, requests, current } = worker;
  const where = place === "here" ? "the main thread" : `a ${place}`;
  return `${lane}, in ${where} of process ${pid}, generation ${generation}` +
    `${age_s === null ? "" : `, up ${durationText(age_s)}`}; ${count(open)} connections open, ` +
    `${count(requests)} requests` +
    (current === null
      ? ""
      : `; it turned last to ${current.connection} of ${current.peer ?? "an unknown client"}`);
}

function stackLines({ error }: CrashReport): string[] {
  if (error === null) return [];
  const stack = error.stack.trim() === "" ? error.message : error.stack;
  return ["", "Error:", ...stack.split("\n").map((text) => `  ${printable(text, LONGEST_LINE)}`)];
}

function optionLines({ options }: Scene): string[] {
  const names = Object.entries(options);
  if (names.length === 0) return [];
  return ["", "Options that differ from their defaults:"].concat(
    names.map(([name, value]) =>
      `  --${printable(name, 100)} ${
        printable(Array.isArray(value) ? value.join(", ") : String(value), LONGEST_LINE)
      }`
    ),
  );
}

function servingLines({ serving }: Scene, report: CrashReport): string[] {
  if (serving === null) return ["", "It did not serve yet"];
  const { connections, open, silent_lanes } = serving;
  const before = (Date.parse(report.time) - Date.parse(serving.time)) / 1000;
  const when = before >= 0.1 ? `, ${shortDuration(before)} before` : "";
  const silent = silent_lanes.length === 0
    ? []
    : [`  Workers ${silent_lanes.join(", ")} did not answer when they were asked`];
  if (open === 0 && connections.length === 0) {
    return ["", `Nothing was being served at ${serving.time}`, ...silent];
  }
  const titles = ["ID", "CLIENT", "AGE", "PHASE", "REQUESTS", "REQUEST"];
  const rows = connections.map((one) => ({
    ID: printable(one.id, 30),
    CLIENT: printable(one.peer, 60),
    AGE: shortDuration(one.age_s),
    PHASE: printable(one.phase, 20),
    REQUESTS: count(one.requests),
    REQUEST: printable(
      [one.request ?? "", one.upstream === null ? "" : `-> ${one.upstream}`].join(" ").trim(),
      LONGEST_LINE,
    ),
  }));
  return [
    "",
    `Served${when}: ${open} open connections${
      open > rows.length ? `, the oldest ${rows.length}:` : ":"
    }`,
    ...tableLines(titles, ["ID", "CLIENT", "PHASE", "REQUEST"], rows).map((text) => `  ${text}`),
    ...silent,
  ];
}

function laneLines({ lanes }: Scene): string[] {
  if (lanes.length === 0) return [];
  const titles = ["LANE", "STATE", "GEN", "PID", "OPEN", "REQUESTS", "BUSY", "MEMORY", "BEAT"];
  const rows = lanes.map((lane) => ({
    LANE: String(lane.lane),
    STATE: printable(lane.state, 20),
    GEN: String(lane.generation),
    PID: String(lane.pid),
    OPEN: count(lane.open),
    REQUESTS: count(lane.requests),
    BUSY: percent(lane.busy),
    MEMORY: size(lane.memory),
    BEAT: shortDuration(lane.heartbeat_age_ms / 1000),
  }));
  return ["", "Workers:", ...tableLines(titles, ["STATE"], rows).map((text) => `  ${text}`)];
}

function recordLines({ records }: Scene): string[] {
  if (records.length === 0) return [];
  return [
    "",
    "Last warnings and errors in the log:",
    ...records.map(({ time, level, message, attributes }) => {
      const details = Object.entries(attributes)
        .filter(([name]) => name !== "exception.stacktrace")
        .map(([name, value]) => `${name}=${value}`).join(" ");
      return `  ${printable(`${time} ${level} ${message} ${details}`.trim(), LONGEST_LINE)}`;
    }),
  ];
}
