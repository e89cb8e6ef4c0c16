import { clock } from "../base/clock.ts";
import type { Turn } from "../core/acceptor.ts";
import type { Row } from "./row.ts";
import type { Scoreboard } from "./scoreboard.ts";
import type { Tenancy } from "./tenancy.ts";

/** Idle lanes that wait for a client at one time. */
const WAITING = 4;
/** The longest wait for another lane to release its turn before checking again, in milliseconds. */
const LONGEST_WAIT = 1000;
/** Missed heartbeats after which a lane is not expected to accept clients. */
const HEARTBEATS = 3;

/**
 * Lets a few idle lanes wait for a client, while the others wait for their turn.
 * The system wakes every lane that waits for a client, and with 64 threads that
 * costs more than serving the client.
 */
export function fewTurns(
  scoreboard: Scoreboard,
  { row: own, tenancy }: { readonly row: Row; readonly tenancy: Tenancy },
  heartbeat: number,
): Turn {
  return {
    async acquire() {
      for (;;) {
        if (!tenancy.holds()) await new Promise(() => {});
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
