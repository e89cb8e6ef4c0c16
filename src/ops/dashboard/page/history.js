/**
 * The last minutes as samples, from which the charts are drawn.
 *
 * @import { LaneStatus, Status } from "../../status/status.ts"
 */
import { isKnown } from "./format.js";

/** Seconds that are kept. */
export const SPAN = 300;
/** Seconds without a snapshot that interrupt lines. */
const GAP = 3;
/** Seconds over which rates are means, with some slack. */
const WINDOW = 3.5;

/**
 * What is drawn of a second; null where it is not known. Rates are a second.
 *
 * @typedef {object} Sample
 * @property {number} time In seconds since 1970.
 * @property {number | null} requests
 * @property {Readonly<Record<string, number | null>>} statuses By the class of the status.
 * @property {Readonly<Record<string, number | null>>} latency Milliseconds by percentile.
 * @property {number | null} open
 * @property {number | null} accepted
 * @property {number | null} cpu Processors used by the server, the processes of its lanes included.
 * @property {number | null} busy Threads of lanes that were busy.
 * @property {number | null} memory Of the server, the processes of its lanes included.
 * @property {number | null} laneMemory
 * @property {Readonly<Record<string, number | null>>} saturation
 */

/** The samples of the last {@linkcode SPAN} seconds. */
export class History {
  /** @type {Sample[]} */
  samples = [];
  #recent = new RecentStatuses();

  /**
   * Adds what a status says. A gap, and a server that is another one, interrupt the lines.
   *
   * @param {Status} status
   */
  add(status) {
    const sample = sampleOf(status, this.#recent.add(status)[0] ?? null);
    const before = this.samples.at(-1);
    if (!isKnown(sample.time)) return;
    // A clock that was set back: what was before cannot be drawn beside what follows.
    if (before !== undefined && sample.time < before.time) this.samples = [];
    // The same once more, such as from a server that has just been connected to again.
    else if (before?.time === sample.time) return;
    else if (before !== undefined && sample.time - before.time > GAP) {
      this.samples.push(emptySample((before.time + sample.time) / 2));
    }
    this.samples.push(sample);
    while ((this.samples[0]?.time ?? Infinity) < sample.time - SPAN) this.samples.shift();
  }
}

/**
 * The last statuses of the same run of the server. Rates are means over these: lanes in processes
 * report once a second, so that two reports or none may be between two statuses.
 */
export class RecentStatuses {
  /** @type {Status[]} */
  #kept = [];

  /**
   * Adds a status.
   *
   * @param {Status} status
   * @returns {readonly Status[]} Those before it, oldest first: of the last seconds, or the last one.
   */
  add(status) {
    const last = this.#kept.at(-1);
    const isOther = last !== undefined && (!isSame(last, status) || last.time > status.time);
    if (isOther) this.#kept = [];
    while (this.#kept.length > 1 && !(secondsBetween(status, this.#kept[0] ?? null) <= WINDOW)) {
      this.#kept.shift();
    }
    const before = [...this.#kept];
    if (last?.time !== status.time || isOther) this.#kept.push(status);
    return before;
  }
}

/**
 * Whether two statuses are of the same run of the server.
 *
 * @param {Status} before
 * @param {Status} after
 */
export function isSame(before, after) {
  return before.pid === after.pid && (after.uptime_s ?? 0) >= (before.uptime_s ?? 0);
}

/**
 * How much a counter has grown, a second; null if that is not known.
 *
 * @param {number | null | undefined} after
 * @param {number | null | undefined} before
 * @param {number} seconds
 */
export function rateOf(after, before, seconds) {
  if (!isKnown(after) || !isKnown(before) || !(seconds > 0) || after < before) return null;
  return (after - before) / seconds;
}

/**
 * The seconds between two statuses.
 *
 * @param {Status} after
 * @param {Status | null} before
 */
export function secondsBetween(after, before) {
  return before === null ? 0 : (Date.parse(after.time) - Date.parse(before.time)) / 1000;
}

/**
 * @param {Status} status
 * @param {Status | null} before Of the same run of the server.
 * @returns {Sample}
 */
function sampleOf(status, before) {
  const { totals, lanes = [], latency, saturation, process } = status;
  const seconds = secondsBetween(status, before);
  // What the others use, the figures of the process contain.
  const apart = lanes.filter(({ place }) => place === "process");
  return {
    time: Date.parse(status.time) / 1000,
    requests: rateOf(totals?.requests, before?.totals?.requests, seconds),
    statuses: statusRates(status, before, seconds),
    latency: {
      p50: latency?.p50_ms ?? null,
      p90: latency?.p90_ms ?? null,
      p99: latency?.p99_ms ?? null,
    },
    open: totals?.open ?? null,
    accepted: rateOf(totals?.accepted, before?.totals?.accepted, seconds),
    cpu: plus(rateOf(process?.cpu_s, before?.process?.cpu_s, seconds), apart, ({ busy }) => busy),
    busy: sumOf(lanes.map(({ busy }) => busy)),
    memory: plus(process?.memory, apart, ({ memory }) => memory),
    laneMemory: sumOf(lanes.map(({ memory }) => memory)),
    saturation: { ...saturation },
  };
}

/**
 * @param {Status} status
 * @param {Status | null} before
 * @param {number} seconds
 * @returns {Record<string, number | null>}
 */
function statusRates(status, before, seconds) {
  if (before === null || (status.totals?.responses ?? []).length === 0) return {};
  const [after, earlier] = [countByStatus(status), countByStatus(before)];
  return Object.fromEntries(
    Object.entries(after).map(([name, count]) => [
      name,
      rateOf(count, earlier[name] ?? 0, seconds),
    ]),
  );
}

/** @param {Status} status */
function countByStatus({ totals }) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const { status, count } of totals?.responses ?? []) {
    counts[status] = (counts[status] ?? 0) + count;
  }
  return counts;
}

/**
 * A figure of the process, and that of lanes beside it; null if it is not known.
 *
 * @param {number | null | undefined} value
 * @param {readonly LaneStatus[]} lanes
 * @param {(lane: LaneStatus) => number} of
 */
function plus(value, lanes, of) {
  return isKnown(value) ? value + (sumOf(lanes.map(of)) ?? 0) : null;
}

/** @param {(number | null | undefined)[]} values @returns {number | null} */
function sumOf(values) {
  const known = values.filter(isKnown);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** @param {number} time @returns {Sample} */
function emptySample(time) {
  return {
    time,
    ...{ requests: null, statuses: {}, latency: {}, open: null, accepted: null, cpu: null },
    ...{ busy: null, memory: null, laneMemory: null, saturation: {} },
  };
}
