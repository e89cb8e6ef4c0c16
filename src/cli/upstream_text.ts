/** A group of backends of a status, as text for people. */
import { printable } from "../base/printable.ts";
import type { BackendStatus, UpstreamStatus } from "../ops/status/upstream_status.ts";
import { wrap } from "./help_layout.ts";
import { MAX_TEXT } from "./max_text.ts";
import { count, millisecondsText, shortDuration } from "./short_figures.ts";
import { type Cells, tableLines } from "./table.ts";

const BACKEND = "BACKEND";
const STATE = "STATE";
const COUNTS = ["OPEN", "CONNECTS", "FAILED"];
const TITLES = [BACKEND, STATE, "SINCE", "WEIGHT", ...COUNTS, "LATENCY", "CHECK"];

/** A line about a group, and the backend that it is about. */
export interface UpstreamLine {
  readonly text: string;
  readonly backend: BackendStatus | null;
}

/**
 * Formats a group: a line about it, a table of its backends with their totals, and the reasons of
 * those that are not up.
 *
 * @param time When the status was read (RFC 3339).
 */
export function upstreamLines(
  { name, balance, backends, totals }: UpstreamStatus,
  time: string,
): UpstreamLine[] {
  const now = Date.parse(time);
  const total: Cells = { [BACKEND]: "TOTAL", ...countCells(totals) };
  const title = `Upstream ${printable(name, MAX_TEXT)}: ${printable(balance, MAX_TEXT)}, ` +
    `${totals.available} of ${totals.backends} backends available`;
  const rows = backends.map((one) => backendCells(one, now));
  const [head = "", ...table] = tableLines(TITLES, [BACKEND, STATE], [...rows, total]);
  const about = (text: string, backend: BackendStatus | null = null) => ({ text, backend });
  return [
    ...[...wrap(title, 0), "", head].map((text) => about(text)),
    ...table.map((text, i) => about(text, backends[i])),
    ...backends.flatMap((one) => reasonLines(one, now).map((text) => about(text, one))),
  ];
}

function backendCells(backend: BackendStatus, now: number): Cells {
  const { address, state, since, weight, backup, max, latency_ms, last_check } = backend;
  const counts = countCells(backend);
  return {
    [BACKEND]: printable(address, MAX_TEXT),
    [STATE]: state === "up" && backend.ejected_until !== null ? "ejected" : state,
    SINCE: since === null ? "" : shortDuration((now - Date.parse(since)) / 1000),
    WEIGHT: backup ? `${weight} backup` : String(weight),
    ...counts,
    ...max === 0 ? {} : { OPEN: `${counts.OPEN}/${count(max)}` },
    LATENCY: latency_ms === null ? "" : millisecondsText(latency_ms),
    CHECK: last_check === null ? "" : millisecondsText(last_check.duration_ms),
  };
}

function countCells(
  { in_flight, connects, failures }: Pick<
    BackendStatus,
    "in_flight" | "connects" | "failures"
  >,
): Cells & { readonly OPEN: string } {
  return { OPEN: count(in_flight), CONNECTS: count(connects), FAILED: count(failures) };
}

/** Why a backend is not used, or will soon not be. */
function reasonLines(
  { address, state, reason, ejected_until, last_check }: BackendStatus,
  now: number,
) {
  const reasons: string[] = [];
  if (state !== "up" && reason !== null) reasons.push(`${state}: ${reason}`);
  if (ejected_until !== null) {
    const rest = shortDuration((Date.parse(ejected_until) - now) / 1000);
    reasons.push(`ejected for another ${rest}: it failed several times in a row`);
  }
  if (state === "up" && last_check !== null && last_check.reason !== null) {
    reasons.push(`its last check failed: ${last_check.reason}`);
  }
  return reasons.flatMap((text) => {
    const [first = "", ...more] = wrap(printable(`${address} ${text}`, MAX_TEXT), 4);
    return [first.slice(2), ...more];
  });
}
