/**
 * Follows lanes from snapshot to snapshot: their rates, and which are new or gone.
 *
 * @import { LaneStatus, Status } from "../../status/status.ts"
 */
import { rateOf, RecentStatuses, secondsBetween } from "./history.js";

/** Seconds for which a lane is called new, and one that is gone stays in sight. */
const NEW_FOR = 10;
const GONE_FOR = 8;

/**
 * @typedef {object} LaneView
 * @property {string} key Unique, even if a later lane has the same number.
 * @property {LaneStatus} lane As it was seen last.
 * @property {number | null} rate Requests a second.
 * @property {number | null} share Its part of the requests of all lanes, from 0 to 1.
 * @property {boolean} isNew
 * @property {boolean} isGone
 */

/** @typedef {LaneView & { since: number, goneAt: number | null }} TrackedLane */

/** The lanes of a server, and those that have just gone. */
export class LaneTrack {
  /** @type {TrackedLane[]} */
  #views = [];
  #made = 0;
  #isFirst = true;
  #recent = new RecentStatuses();

  /**
   * Takes what a status says.
   *
   * @param {Status} status
   * @returns {{ views: readonly LaneView[], came: readonly LaneView[], left: readonly LaneView[] }}
   *   All in the order of their numbers, and what has changed.
   */
  update(status) {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const now = Date.parse(status.time) / 1000;
    const before = this.#views;
    const recent = this.#recent.add(status);
    const here = (status.lanes ?? []).map((lane) => {
      const known = before.find((view) => view.goneAt === null && continues(view.lane, lane));
      const rate = rateOfLane(lane, status, recent);
      return this.#follow(lane, known, { rate, now, isFirst });
    });
    const total = here.reduce((sum, { rate }) => sum + (rate ?? 0), 0);
    for (const view of here) {
      view.share = total > 0 && view.rate !== null ? view.rate / total : null;
    }
    const left = before.filter((view) =>
      view.goneAt === null && !here.some(({ key }) => key === view.key)
    ).map((view) => ({
      ...view,
      goneAt: now,
      isGone: true,
      isNew: false,
      rate: null,
      share: null,
    }));
    const gone = before.filter(({ goneAt }) =>
      goneAt !== null && Math.abs(now - goneAt) < GONE_FOR
    );
    this.#views = [...here, ...gone, ...left].sort((a, b) =>
      a.lane.lane - b.lane.lane || a.since - b.since
    );
    const came = isFirst ? [] : here.filter(({ since }) => since === now);
    return { views: this.#views, came, left };
  }

  /**
   * @param {LaneStatus} lane
   * @param {TrackedLane | undefined} known The same lane in the last snapshot.
   * @param {{ rate: number | null, now: number, isFirst: boolean }} seen
   * @returns {TrackedLane}
   */
  #follow(lane, known, { rate, now, isFirst }) {
    // Those of the first snapshot may be old.
    const since = known?.since ?? (isFirst ? -Infinity : now);
    return {
      key: known?.key ?? `${lane.lane} ${this.#made++}`,
      lane,
      rate,
      share: null,
      ...{ since, isNew: now - since < NEW_FOR, isGone: false, goneAt: null },
    };
  }
}

/**
 * The requests of a lane a second, since the oldest status that has it.
 *
 * @param {LaneStatus} lane
 * @param {Status} status
 * @param {readonly Status[]} recent
 */
function rateOfLane(lane, status, recent) {
  for (const before of recent) {
    const earlier = before.lanes?.find((one) => continues(one, lane));
    if (earlier === undefined) continue;
    return rateOf(lane.requests, earlier.requests, secondsBetween(status, before));
  }
  return null;
}

/**
 * Whether a lane is the one that had its number before: another one counts from zero.
 *
 * @param {LaneStatus} before
 * @param {LaneStatus} after
 */
function continues(before, after) {
  return before.lane === after.lane && before.pid === after.pid &&
    before.generation === after.generation && (after.accepted ?? 0) >= (before.accepted ?? 0) &&
    (after.requests ?? 0) >= (before.requests ?? 0) &&
    !(after.state === "starting" && before.state !== "starting");
}
