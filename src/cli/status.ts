/** `sluice status`: a status file as text for people. */
import * as v from "valibot";
import { EXIT, type ExitCode, ExitError } from "../base/exit.ts";
import { printable } from "../base/printable.ts";
import { readTextFile } from "../base/read_text_file.ts";
import type { LaneCounts } from "../lane/counts.ts";
import type { LaneStatus, Status } from "../ops/status.ts";
import { quote } from "../settings/found.ts";
import { formatPercent } from "../settings/units.ts";
import { statusSchema } from "./status_schema.ts";

/** The age, in milliseconds, at which a file is stale: the server writes it once a second. */
const STALE_MS = 5000;

/** Maximum length of a text from the file in the output, in characters. */
const MAX_TEXT = 500;

const COLUMNS =
  "LANE PLACE STATE GEN PID OPEN ACCEPTED REQUESTS IN OUT REFUSED ERRORS HEARTBEAT BUSY"
    .split(" ");

/** The columns that are aligned left: words, not numbers. */
const WORDS = ["PLACE", "STATE"];

/**
 * Reads a status file and formats it as lines and a table of the lanes.
 *
 * @param now Milliseconds since the epoch, for the age of the file.
 * @throws {ExitError} 66 if the file does not exist, 77 if permission is denied, 78 if
 * it is not a status file.
 */
export async function statusText(path: string, now: number = Date.now()): Promise<string> {
  const status = parse(path, await readTextFile(path, `the status file ${quote(path)}`));
  const age = now - Date.parse(status.time);
  const { crashed, hung, recycled } = status.totals;
  const lines = [
    ...(age > STALE_MS ? [`Written ${duration(age / 1000)} ago: the server may be gone`] : []),
    ...headLines(status),
    "",
    ...tableLines([...status.lanes.map(laneCells), totalCells(status.totals)]),
    "",
    `Lanes: ${crashed} crashed, ${hung} hung, ${recycled} recycled`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function parse(path: string, text: string): Status {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const found = text.trim() === "" ? "nothing" : quote(text);
    throw refusal(path, `found ${found}, expected JSON`, EXIT.config);
  }
  const result = v.safeParse(statusSchema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = v.getDotPath(issue);
  const found = issue.input === undefined ? "nothing" : quote(issue.input);
  const where = place === null ? "" : ` in ${place}`;
  throw refusal(path, `found ${found}${where}, expected ${issue.message}`, EXIT.config);
}

function refusal(path: string, reason: string, exitCode: ExitCode): ExitError {
  const message = `Cannot read the status file ${quote(path)}: ${reason}`;
  return new ExitError(printable(message, MAX_TEXT), exitCode);
}

function headLines(status: Status): string[] {
  const { failed_generation: failed } = status;
  const lines = [
    `Mode:       ${printable(status.mode, MAX_TEXT)}`,
    `Service:    ${printable(status.service, MAX_TEXT)}`,
    `Process:    ${status.pid}`,
    `Uptime:     ${duration(status.uptime_s)}`,
    `Generation: ${status.generation}`,
  ];
  if (failed === null) return lines;
  return [...lines, `Failed:     ${failed.generation}, ${printable(failed.reason, MAX_TEXT)}`];
}

function laneCells(lane: LaneStatus): string[] {
  const { place, state, generation, pid, heartbeat_age_ms, busy } = lane;
  const heartbeat = `${Math.round(heartbeat_age_ms)}ms`;
  const share = formatPercent(Math.round(busy * 100));
  return [lane.lane, place, state, generation, pid, ...countCells(lane), heartbeat, share].map(
    String,
  );
}

function totalCells(totals: LaneCounts): string[] {
  return ["TOTAL", "", "", "", "", ...countCells(totals)];
}

function countCells(counts: LaneCounts): string[] {
  const { open, accepted, requests, bytes_in, bytes_out, refused, errors } = counts;
  return [open, accepted, requests, size(bytes_in), size(bytes_out), refused, errors].map(String);
}

function tableLines(rows: readonly (readonly string[])[]): string[] {
  const table = [COLUMNS, ...rows];
  const widths = COLUMNS.map((_, i) =>
    table.reduce((width, row) => Math.max(width, row[i]?.length ?? 0), 0)
  );
  return table.map((row) =>
    COLUMNS.map((title, i) => {
      const [cell = "", width = 0] = [row[i], widths[i]];
      return WORDS.includes(title) ? cell.padEnd(width) : cell.padStart(width);
    }).join("  ").trimEnd()
  );
}

/** A duration in its two largest units, such as `3 h 12 m`. */
function duration(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const [factor, unit] of [[86_400, "d"], [3600, "h"], [60, "m"], [1, "s"]] as const) {
    const amount = Math.floor(rest / factor);
    rest %= factor;
    if (amount > 0 || parts.length > 0 || unit === "s") parts.push(`${amount} ${unit}`);
  }
  return parts.slice(0, 2).join(" ");
}

/** A size such as `1.5mb`, in steps of 1024 as in the settings. */
function size(bytes: number): string {
  if (bytes < 1024) return `${bytes}b`;
  const units = ["kb", "mb", "gb", "tb"];
  let amount = bytes / 1024;
  // 1023.95 would round to 1024.0, which is 1.0 of the next unit.
  for (; amount >= 1023.95 && units.length > 1; units.shift()) amount /= 1024;
  return `${amount.toFixed(1)}${units[0]}`;
}
