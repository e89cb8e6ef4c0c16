/** The reports of the kinds of crashes. */
import type { LaneLoss } from "../../supervision/lane_loss.ts";
import { type CrashReport, errorData, exitText, type Scene } from "./report.ts";
import type { LostServer } from "./running_file.ts";

/** How the process of a server ended, as its parent has seen it. */
export interface ProcessEnd {
  readonly pid: number;
  readonly code: number | null;
  readonly signal: string | null;
  /** In UTC (RFC 3339); null if the parent does not tell. */
  readonly time: string | null;
}

/** A worker of which a report tells, and when it was lost. */
export interface TimedLoss {
  readonly loss: LaneLoss;
  /** In UTC (RFC 3339). */
  readonly time: string;
}

/** Signals by which processes die for reasons that are not theirs to tell. */
const MEANINGS: Readonly<Record<string, string>> = {
  SIGKILL: "by the system for want of memory, or by an operator",
  SIGTRAP: "the runtime gave up, as it does when a heap is full",
  SIGILL: "the runtime gave up",
  SIGABRT: "the runtime gave up",
  SIGSEGV: "the runtime or a native library failed",
  SIGBUS: "the runtime or a native library failed",
};
/** 128 and the number of SIGTRAP or SIGABRT, as shells and containers tell it. */
const CODES: Readonly<Record<number, string>> = { 133: "SIGTRAP", 134: "SIGABRT", 137: "SIGKILL" };

const SILENT =
  "The server ended without a word: it was killed, memory ran out, or the runtime failed";

/** A worker crashed or hung. */
export function lossReport(
  { loss, time }: TimedLoss,
  count: number,
  scene: Scene | null,
): CrashReport {
  const { kind, worker, place, generation, pid, age, open, accepted, requests, current } = loss;
  return {
    format: 1,
    kind: kind === "crashed" ? "worker_crashed" : "worker_hung",
    time,
    reason: lossReason(loss),
    count,
    error: loss.error === null ? null : errorData(loss.error),
    exit: exitOf(loss),
    worker: {
      lane: worker,
      ...{ place, generation, pid, open, accepted, requests },
      age_s: age === null ? null : Math.round(age) / 1000,
      current,
    },
    reported: new Date().toISOString(),
    scene,
  };
}

function lossReason(loss: LaneLoss): string {
  const { kind, worker, error, silence, place } = loss;
  if (kind === "crashed") {
    const exit = exitOf(loss);
    return `Worker ${worker} crashed: ${firstLine(error)}${meaningOf(exit)}`;
  }
  const end = place === "process" ? "its process was killed" : "its thread cannot be ended";
  return `Worker ${worker} hung: no heartbeat for ${(silence / 1000).toFixed(1)} s, ${end}`;
}

function firstLine(error: Error | null): string {
  const [line = ""] = (errorData(error ?? new Error("no error is known"))?.message ?? "").split(
    "\n",
  );
  return line === "" ? "an error without a message" : line;
}

/** How the process of a lane ended, which its error tells. */
function exitOf({ place, error }: LaneLoss): CrashReport["exit"] {
  if (place !== "process" || error === null) return null;
  const text = errorData(error)?.message ?? "";
  const [, signal] = /^Process \d+ was killed by (SIG\w+)$/.exec(text) ?? [];
  if (signal !== undefined) return { code: null, signal };
  const [, code] = /^Process \d+ exited with code (\d+)$/.exec(text) ?? [];
  return code === undefined ? null : { code: Number(code), signal: null };
}

/** What a signal usually means, as it goes on from how a process ended; empty if nothing. */
function meaningOf(exit: CrashReport["exit"]): string {
  const signal = exit?.signal ?? CODES[exit?.code ?? -1] ?? "";
  const meaning = MEANINGS[signal];
  return meaning === undefined ? "" : ` (${meaning})`;
}

/** The server ends by its own failure. */
export function failureReport(error: Error, isExpected: boolean, scene: Scene): CrashReport {
  const now = new Date().toISOString();
  const what = isExpected ? "Cannot keep the workers alive" : "Internal error";
  return {
    format: 1,
    kind: "server_failed",
    time: now,
    reason: `${what}: ${firstLine(error)}`,
    count: 1,
    error: errorData(error),
    exit: { code: 70, signal: null },
    worker: null,
    reported: now,
    scene,
  };
}

/** A server has ended without a word. @param end What its parent knows; null if nothing. */
export function lostReport(lost: LostServer, end: ProcessEnd | null): CrashReport {
  const { running, written, isBeforeBoot } = lost;
  const exit = end === null ? null : { code: end.code, signal: end.signal };
  const text = exitText(exit);
  const sign = running?.scene.time ?? new Date(written).toISOString();
  return {
    format: 1,
    kind: isBeforeBoot ? "machine_rebooted" : "server_died",
    time: end?.time ?? sign,
    reason: isBeforeBoot
      ? "The machine was started anew while the server ran, or another one goes on in its place"
      : text === null
      ? SILENT
      : `The server ${text}${meaningOf(exit)}`,
    count: 1,
    error: null,
    exit,
    worker: null,
    reported: new Date().toISOString(),
    scene: running?.scene ?? null,
  };
}
