/** The reports of crashes as a table. */
import { printable } from "../base/printable.ts";
import type { KeptReport } from "../ops/crashes/crash_folder.ts";
import type { CrashReport } from "../ops/crashes/report.ts";
import { shortDuration } from "./short_figures.ts";
import { type Cells, tableLines } from "./table.ts";

/** The most characters of the reason in a row: its report has all. */
const LONGEST_REASON = 100;
/** The time at the beginning of an id, with the milliseconds. */
const TIME_LENGTH = "2026-11-30T00-12-13.456Z".length;

/**
 * Lays out a row for each report.
 *
 * @param kept The newest first.
 * @param state The folder, for the case that there are none.
 */
export function crashList(kept: readonly KeptReport[], state: string): string {
  if (kept.length === 0) return `No crashes are reported in ${printable(state, 200)}\n`;
  const titles = ["REPORT", "WHAT", "MODE", "WORKER", "UP", "WHY"];
  const rows = kept.map((one): Cells => ({
    REPORT: shortName(one.id, kept),
    ...one.report === null ? damaged(one) : cellsOf(one.report),
  }));
  return tableLines(titles, ["REPORT", "WHAT", "MODE", "WHY"], rows)
    .map((line) => `${line}\n`).join("");
}

/** The beginning of an id that names no other report: usually its time. */
function shortName(id: string, kept: readonly KeptReport[]): string {
  const time = id.slice(0, TIME_LENGTH);
  return kept.filter((other) => other.id.startsWith(time)).length === 1 ? time : id;
}

function damaged({ damage }: KeptReport): Cells {
  return { WHAT: "damaged", WHY: printable(damage ?? "", LONGEST_REASON) };
}

function cellsOf(report: CrashReport): Cells {
  const { kind, scene, worker, count, reason } = report;
  const up = uptimeOf(report);
  return {
    WHAT: kind.replaceAll("_", " "),
    MODE: printable(scene?.mode ?? "", 10),
    WORKER: worker === null ? "" : String(worker.lane),
    UP: up === null ? "" : shortDuration(up),
    WHY: `${count > 1 ? `${count} times: ` : ""}${printable(reason, LONGEST_REASON)}`,
  };
}

/** How long the server had run, in seconds; null if that is not known. */
export function uptimeOf({ time, scene }: CrashReport): number | null {
  if (scene === null) return null;
  return Math.max(0, (Date.parse(time) - Date.parse(scene.started)) / 1000);
}
