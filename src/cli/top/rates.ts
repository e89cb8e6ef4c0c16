import type { Status } from "../../ops/status/status.ts";

/**
 * Milliseconds over which rates are means, with some slack: lanes in processes report once a
 * second, so that two reports or none may be between two statuses.
 */
const WINDOW_MS = 3500;

/** What happened a second between two statuses. */
export interface Rates {
  readonly requests: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Requests, by the number of the lane. */
  readonly lanes: ReadonlyMap<number, number>;
}

/** The statuses of the last seconds. */
export class RecentStatuses {
  #kept: readonly Status[] = [];

  /** Adds a status. Returns the rates since the oldest one that is kept; null if none is known. */
  ratesTo(status: Status): Rates | null {
    const now = Date.parse(status.time);
    const fresh = this.#kept.filter(({ time }) => now - Date.parse(time) <= WINDOW_MS);
    const rates = ratesBetween(fresh[0] ?? this.#kept.at(-1) ?? null, status);
    this.#kept = rates === null ? [status] : [...fresh, status];
    return rates;
  }
}

/** Computes the rates; null if the statuses are not of one run of a server, one after the other. */
export function ratesBetween(before: Status | null, now: Status): Rates | null {
  if (before === null || before.pid !== now.pid || before.uptime_s > now.uptime_s) return null;
  const seconds = (Date.parse(now.time) - Date.parse(before.time)) / 1000;
  if (!(seconds > 0)) return null;
  const rate = (from: number, to: number) => Math.max(0, to - from) / seconds;
  const lanesBefore = new Map(before.lanes.map(({ lane, requests }) => [lane, requests]));
  return {
    requests: rate(before.totals.requests, now.totals.requests),
    bytesIn: rate(before.totals.bytes_in, now.totals.bytes_in),
    bytesOut: rate(before.totals.bytes_out, now.totals.bytes_out),
    // An unknown lane has started since.
    lanes: new Map(
      now.lanes.map(({ lane, requests }) => [lane, rate(lanesBefore.get(lane) ?? 0, requests)]),
    ),
  };
}
