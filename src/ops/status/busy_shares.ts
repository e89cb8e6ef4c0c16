import type { Row } from "../../lane/row.ts";
import type { Scoreboard } from "../../lane/scoreboard.ts";
import type { LaneFacts } from "./server_facts.ts";

/** What a lane has used up to a heartbeat, and its share of the time since an earlier one. */
interface Use {
  /** In milliseconds. */
  readonly busy: number;
  readonly at: number;
  readonly share: number;
}

/**
 * The CPU time of lanes as a share of the time from one reading to the next. Both are known as of
 * the heartbeats only: where there was none since the last reading, the share stays what it was.
 */
export class BusyShares {
  /** By the numbers of the lanes. */
  #uses: ReadonlyMap<number, Use> = new Map();

  /** @param lanes Those of now: what they have used before does not count. */
  constructor(scoreboard: Scoreboard, lanes: readonly LaneFacts[]) {
    this.update(scoreboard, lanes);
  }

  /** Takes a reading. */
  update(scoreboard: Scoreboard, lanes: readonly LaneFacts[]): void {
    this.#uses = new Map(lanes.map(({ number, row }) => [
      number,
      next(this.#uses.get(number), scoreboard.row(row)),
    ]));
  }

  /** That of a lane, by its number; 0 if it has started since the last reading. */
  of(lane: number): number {
    return this.#uses.get(lane)?.share ?? 0;
  }
}

function next(last: Use | undefined, row: Row): Use {
  const [busy, at] = [row.get("busy"), row.get("busyAt")];
  // A thread or process may have worked before the first heartbeat of its lane.
  if (last === undefined || last.at === 0) return { busy, at, share: 0 };
  if (at <= last.at) return last;
  return { busy, at, share: Math.min(1, Math.max(0, (busy - last.busy) / (at - last.at))) };
}
