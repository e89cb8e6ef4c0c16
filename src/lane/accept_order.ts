import { clock } from "../base/clock.ts";
import { sleep } from "../base/timers.ts";
import type { Turn } from "../core/acceptor.ts";
import type { Sharing } from "../core/listener.ts";
import type { Row } from "./row.ts";
import type { Scoreboard } from "./scoreboard.ts";

/**
 * How many connections more than the least loaded lane one may hold and still
 * accept at once. With less slack, lanes would wait for each other over clients
 * that come and go.
 */
const SLACK = 4;
/** How often in a row a lane yields to others before it accepts anyway. */
const YIELDS = 5;
/** How long it yields each time, in milliseconds. */
const YIELD = 1;
/** Idle lanes that wait for a client at one time, where only few do. */
const WAITING = 4;
/** How long to wait for another lane to release its turn before looking again, in milliseconds. */
const LONGEST_WAIT = 1000;
/** A lane that has missed so many heartbeats accepts no clients. */
const HEARTBEATS = 3;

/** Decides how lanes take turns. */
interface TurnOptions {
  readonly sharing: "own" | Sharing;
  readonly maxConnections: number;
  readonly totalConnections: number;
  /** Milliseconds between two heartbeats. */
  readonly heartbeat: number;
}

/** How a lane takes turns with the lanes that accept from the same queue; null if none do. */
export function turnFor(options: TurnOptions, scoreboard: Scoreboard, own: Row): Turn | null {
  const { sharing, maxConnections, totalConnections, heartbeat } = options;
  if (sharing !== "shared") return null;
  const isOneByOne = maxConnections === 1 && totalConnections > 1;
  return (isOneByOne ? fewTurns : evenTurns)(scoreboard, own, heartbeat);
}

/**
 * Keeps lanes even: one that holds some connections more than the least loaded
 * yields a moment before it accepts, so that another accepts the client. It
 * yields to no lane that cannot: one that has stopped accepting, or whose event
 * loop is blocked.
 */
function evenTurns(scoreboard: Scoreboard, own: Row, heartbeat: number): Turn {
  return {
    async acquire() {
      for (let i = 0; i < YIELDS && holdsMore(scoreboard, own, heartbeat); i++) await sleep(YIELD);
    },
    release() {},
  };
}

/**
 * Has a few idle lanes wait for a client, and the others for their turn to do
 * so. The system wakes all that wait for a client, and with 64 threads that
 * costs more than the client itself.
 */
function fewTurns(scoreboard: Scoreboard, own: Row, heartbeat: number): Turn {
  return {
    async acquire() {
      for (;;) {
        const { turns } = scoreboard;
        own.isWaiting = true;
        if (countWaiting(scoreboard, heartbeat) <= WAITING) return;
        own.isWaiting = false;
        await scoreboard.turnReleased(turns, LONGEST_WAIT);
      }
    },
    release() {
      if (!own.isWaiting) return;
      own.isWaiting = false;
      scoreboard.releaseTurn();
    },
  };
}

function countWaiting(scoreboard: Scoreboard, heartbeat: number): number {
  const oldest = clock() - HEARTBEATS * heartbeat;
  let count = 0;
  for (const row of scoreboard.rows()) {
    if (row.isWaiting && row.state === "ready" && row.get("heartbeat") > oldest) count++;
  }
  return count;
}

function holdsMore(scoreboard: Scoreboard, own: Row, heartbeat: number): boolean {
  const { open } = own;
  if (open <= SLACK) return false;
  const oldest = clock() - HEARTBEATS * heartbeat;
  for (const row of scoreboard.rows()) {
    if (row.open + SLACK >= open || row.index === own.index) continue;
    if (row.state === "ready" && row.get("heartbeat") > oldest) return true;
  }
  return false;
}
