import { sleep } from "../base/timers.ts";
import type { Turn } from "../core/acceptor.ts";
import type { Sharing } from "../core/listener.ts";
import { fewTurns } from "./few_turns.ts";
import type { ProcessLoads } from "./process_loads.ts";
import type { Row } from "./row.ts";
import type { Scoreboard } from "./scoreboard.ts";
import type { Tenancy } from "./tenancy.ts";
import { Turnover } from "./turnover.ts";

/**
 * How many more connections than the least loaded lane a lane may hold and still
 * accept at once. With less slack, short-lived clients would make lanes wait for
 * each other.
 */
const SLACK = 4;
/**
 * The same, as a share of its connections. With thousands of clients at once, the lanes
 * would otherwise hand the turn to each other hundreds of times, and each time only after
 * serving the clients that they already have: the last would be accepted after seconds.
 */
const SLACK_SHARE = 1 / 32;
/** How often in a row a lane yields to others before it accepts anyway. */
const YIELDS = 5;
/** How long a lane yields each time, in milliseconds. */
const YIELD = 1;

/** What decides how lanes take turns. */
interface TurnOptions {
  readonly sharing: "own" | Sharing;
  readonly maxConnections: number;
  readonly totalConnections: number;
  /** Milliseconds between two heartbeats. */
  readonly heartbeat: number;
}

/** The row of a lane, and its right to that. */
export interface OwnRow {
  readonly row: Row;
  readonly tenancy: Tenancy;
}

/**
 * Makes the turns of a lane with others that accept from the same queue; null if none
 * do. A lane whose row has been taken from it gets no more turns: it could only refuse
 * the clients that it takes from the others.
 *
 * @param loads Those of other processes; null if all lanes that share the queue are in this one.
 */
export function turnFor(
  options: TurnOptions,
  scoreboard: Scoreboard,
  own: OwnRow,
  loads: ProcessLoads | null = null,
): Turn | null {
  const { sharing, maxConnections, totalConnections, heartbeat } = options;
  if (sharing !== "shared") return null;
  const isOneByOne = maxConnections === 1 && totalConnections > 1;
  if (isOneByOne) return fewTurns(scoreboard, own, heartbeat);
  return evenTurns(scoreboard, own, heartbeat, loads);
}

/** Waits for a turn that never comes. */
function waitForGood(): Promise<void> {
  return new Promise(() => {});
}

/**
 * Keeps lanes balanced: one that holds noticeably more connections than the least
 * loaded yields briefly before it accepts, so that another accepts the client. It
 * does not yield to a lane that has stopped accepting or whose event loop is
 * blocked, nor while clients come and go so quickly that yielding would cost more
 * than serving them.
 */
function evenTurns(
  scoreboard: Scoreboard,
  { row: own, tenancy }: OwnRow,
  heartbeat: number,
  loads: ProcessLoads | null,
): Turn {
  const turnover = new Turnover(scoreboard);
  const mustYield = () => !turnover.isQuick() && holdsMore(scoreboard, own, heartbeat, loads);
  async function yieldToOthers(): Promise<void> {
    for (let i = 0; i < YIELDS && mustYield(); i++) await sleep(YIELD);
  }
  return {
    acquire() {
      if (!tenancy.holds()) return waitForGood();
      return mustYield() ? yieldToOthers() : null;
    },
    release() {},
  };
}

function holdsMore(
  scoreboard: Scoreboard,
  own: Row,
  heartbeat: number,
  loads: ProcessLoads | null,
): boolean {
  const { open } = own;
  const slack = Math.max(SLACK, open * SLACK_SHARE);
  if (open <= slack) return false;
  if (loads !== null) return loads.hasLess(own.index, open - slack, heartbeat);
  for (const row of scoreboard.rows()) {
    if (row.open + slack >= open || row.index === own.index) continue;
    if (row.state === "ready" && row.isBeating(heartbeat)) return true;
  }
  return false;
}
