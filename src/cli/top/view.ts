/** What `sluice top` shows, as lines: a pure function of what is known. */
import { printable } from "../../base/printable.ts";
import type { RecentRecord } from "../../log/recent_records.ts";
import type { Snapshot } from "../../ops/status/snapshot.ts";
import type { Status } from "../../ops/status/status.ts";
import type { DependencyStatus } from "../../ops/dependencies/dependency_status.ts";
import type { BackendStatus, UpstreamStatus } from "../../ops/status/upstream_status.ts";
import { MAX_TEXT } from "../max_text.ts";
import { dependencyLines, latencyText, refusedText, saturationText } from "../server_text.ts";
import { count, durationText, size } from "../short_figures.ts";
import { upstreamLines } from "../upstream_text.ts";
import { laneLines, type SortKey } from "./lane_table.ts";
import type { Rates } from "./rates.ts";
import type { Line, Paint, Size } from "./screen.ts";

/** After so many milliseconds a snapshot is stale: they come each second. */
const STALE_MS = 3000;
/** How many records there is room for at most, and at least. */
const [MOST_RECORDS, FEWEST_RECORDS] = [8, 3];
/** The fewest rows for the table of lanes. */
const FEWEST_LANES = 6;

const HELP = [
  "s  sorts the lanes by the next column",
  "r  reloads the server, once you confirm that with y",
  "+  adds a lane, -  retires one",
  "h  shows or hides the keys",
  "q  quits",
];
const FOOTER = "h help  s sort  r reload  + - scale  q quit";

/** What there is to show. */
export interface View {
  /** The address of the admin port. */
  readonly name: string;
  /** Null before the first one. */
  readonly snapshot: Snapshot | null;
  readonly rates: Rates | null;
  readonly records: readonly RecentRecord[];
  /** The age of the snapshot, in milliseconds. */
  readonly age: number;
  /** Why the server cannot be followed; null if it is. */
  readonly problem: string | null;
  readonly sort: SortKey;
  readonly showsHelp: boolean;
  /** What became of the last key, or a question; empty for nothing. */
  readonly message: string;
}

/** Lays out a view for a screen. */
export function viewLines(view: View, screen: Size): readonly Line[] {
  const { snapshot, message, showsHelp } = view;
  const bottom = [message === "" ? line(FOOTER, "dim") : line(message, "title")];
  const top = [...noticeLines(view), ...snapshot === null ? [] : headLines(view, snapshot)];
  const room = screen.rows - top.length - bottom.length;
  const body = showsHelp
    ? HELP.map((text) => line(text))
    : bodyLines(view, snapshot?.status ?? null, room);
  const shown = body.slice(0, Math.max(0, room));
  const gap = Array.from({ length: Math.max(0, room - shown.length) }, () => line(""));
  return [...top, ...shown, ...gap, ...bottom];
}

function line(text: string, paint: Paint = "plain"): Line {
  return { text: printable(text, MAX_TEXT), paint };
}

/** That what is shown is old, and why. */
function noticeLines({ name, snapshot, age, problem }: View): Line[] {
  const silence = durationText(age / 1000);
  if (problem !== null) {
    return [line(`Waiting for the server, gone for ${silence}: ${problem}`, "error")];
  }
  if (snapshot === null) return [line(`Waiting for ${name}`, "dim")];
  return age < STALE_MS ? [] : [line(`Stale: no word from the server for ${silence}`, "error")];
}

function headLines({ rates }: View, { status, readiness, blocked }: Snapshot): Line[] {
  const reasons = readiness.reasons.map(({ message }) => message).join("; ");
  const ready = readiness.ready ? "ready" : `not ready: ${reasons}`;
  if (status === null) return [line(`Starting, ${ready}`, "title"), line("")];
  const {
    mode,
    service,
    addresses,
    generation,
    failed_generation: failed,
    crash_loop,
    log_failure,
  } = status;
  const traffic = rates === null
    ? ""
    : `, in ${size(Math.round(rates.bytesIn))}/s, out ${size(Math.round(rates.bytesOut))}/s`;
  const latency = latencyText(status);
  return [
    line(
      `Sluice ${status.version}: ${service} in ${mode} mode on ${addresses.join(", ")}`,
      "title",
    ),
    line(
      `${status.state}, ${ready}, process ${status.pid}, up ${durationText(status.uptime_s)}, ` +
        `generation ${generation}`,
      readiness.ready ? "plain" : "warning",
    ),
    line(
      `Requests ${rates === null ? "-" : count(Math.round(rates.requests))}/s${traffic}` +
        (latency === null ? "" : `, ${latency}`),
    ),
    line(
      `Connections ${status.totals.open} of ${status.limits.connections}, refused ` +
        refusedText(status.totals),
    ),
    line(
      `Saturation ${saturationText(status)}`,
      status.saturation.value >= 0.9 ? "warning" : "plain",
    ),
    ...failed === null
      ? []
      : [line(`Reload ${failed.generation} failed: ${failed.reason}`, "error")],
    ...crash_loop === null ? [] : [line(`Crash loop: ${crash_loop}`, "error")],
    ...log_failure === null ? [] : [line(`Cannot write ${log_failure}`, "error")],
    ...blocked.map(({ lane, for_s, peer }) =>
      line(
        `Lane ${lane} has been blocked for ${durationText(for_s)}` +
          (peer === null ? "" : `, it turned to ${peer} last`),
        "error",
      )
    ),
    line(""),
  ];
}

function bodyLines(view: View, status: Status | null, room: number): readonly Line[] {
  if (status === null) return recordLines(view.records, room);
  const others = [
    ...status.upstreams.flatMap((group) => [line(""), ...groupLines(group, status.time)]),
    ...status.dependencies.length === 0 ? [] : [line("")],
    ...status.dependencies.flatMap((one) =>
      dependencyLines([one], status.time).map((text) => line(text, dependencyPaint(one)))
    ),
  ];
  const records = view.records.length === 0 ? 0 : 2 + FEWEST_RECORDS;
  const lanes = laneLines(
    status,
    view.rates,
    view.sort,
    Math.max(FEWEST_LANES, room - others.length - records),
  );
  const rest = room - lanes.length - others.length;
  return [...lanes, ...others, ...recordLines(view.records, rest)];
}

function groupLines(group: UpstreamStatus, time: string): Line[] {
  return upstreamLines(group, time).map(({ text, backend }) => line(text, backendPaint(backend)));
}

function backendPaint(backend: BackendStatus | null): Paint {
  if (backend === null) return "plain";
  if (backend.state === "down") return "error";
  return backend.state === "up" && backend.ejected_until === null ? "plain" : "warning";
}

function dependencyPaint({ state, required }: DependencyStatus): Paint {
  if (state !== "down") return "plain";
  return required ? "error" : "warning";
}

/** The name of an attribute without its namespace, which takes more room than it tells. */
function shortName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** The last records, newest first. */
function recordLines(records: readonly RecentRecord[], room: number): Line[] {
  const shown = records.slice(-Math.max(0, Math.min(MOST_RECORDS, room - 2))).reverse();
  if (records.length === 0 || room < 3) return [];
  return [
    line(""),
    line("LAST WARNINGS AND ERRORS", "head"),
    ...shown.map(({ time, level, message, attributes }) => {
      const pairs = Object.entries(attributes).filter(([name]) => name !== "exception.stacktrace")
        .map(([name, value]) => `${shortName(name)}=${value}`);
      const text = `${time.slice(11, 19)} ${message} ${pairs.join(" ")}`;
      return line(text, level === "error" ? "error" : "warning");
    }),
  ];
}
