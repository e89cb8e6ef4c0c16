import { sleep } from "../base/timers.ts";
import type { Turn } from "../core/acceptor.ts";
import type { Sharing } from "../core/listener.ts";
import { clock } from "../base/clock.ts";
import type { Row, Scoreboard } from "./scoreboard.ts";

/**
 * How many more than the least loaded a lane may hold and still accept at once:
 * with less, lanes would wait for each other over clients that come and go.
 */
const SLACK = 4;
/** How often a lane lets others go first before it accepts all the same. */
const TURNS = 5;
/** How long one turn is, in milliseconds. */
const TURN = 1;
/** Idle lanes that wait for a client, of those that take turns. */
const WAITING = 4;
/** The longest wait for another lane's word, in milliseconds; then it is looked again. */
const LONGEST_WAIT = 1000;
/** A lane without a sign of life for so many heartbeats takes no clients. */
const HEARTBEATS = 3;

/** What decides in which way lanes take turns. */
interface TurnOptions {
  readonly sharing: "own" | Sharing;
  readonly maxConnections: number;
  readonly totalConnections: number;
  /** Milliseconds between two heartbeats. */
  readonly heartbeat: number;
}

/** How a lane takes turns with those that accept from the same queue; null if none do. */
export function turnFor(options: TurnOptions, scoreboard: Scoreboard, own: Row): Turn | null {
  const { sharing, maxConnections, totalConnections, heartbeat } = options;
  if (sharing !== "shared") return null;
  const isOneByOne = maxConnections === 1 && totalConnections > 1;
  return (isOneByOne ? fewTurns : evenTurns)(scoreboard, own, heartbeat);
}

/**
 * Keeps the lanes that share a socket even: one that holds some more than the
 * least loaded waits a moment before it accepts, so that another takes the client. Lanes that cannot take one are not waited for: those that stopped
 * accepting, and those whose event loop is blocked.
 *
 * @param heartbeat Milliseconds between two signs of life.
 */
function evenTurns(scoreboard: Scoreboard, own: Row, heartbeat: number): Turn {
  return {
    async acquire() {
      for (let i = 0; i < TURNS && holdsMore(scoreboard, own, heartbeat); i++) await sleep(TURN);
    },
    release() {},
  };
}

/**
 * Has few of the idle lanes wait for a client, and the others for their turn to
 * do so: the system wakes all that wait for one, and with 64 threads that costs
 * more than the client itself.
 *
 * @param heartbeat Milliseconds between two signs of life.
 */
function fewTurns(scoreboard: Scoreboard, own: Row, heartbeat: number): Turn {
  return {
    async acquire() {
      for (;;) {
        const { turns } = scoreboard;
        own.isWaiting = true;
        if (countWaiting(scoreboard, heartbeat) <= WAITING) return;
        own.isWaiting = false;
        await scoreboard.turn(turns, LONGEST_WAIT);
      }
    },
    release() {
      if (!own.isWaiting) return;
      own.isWaiting = false;
      scoreboard.passTurn();
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
