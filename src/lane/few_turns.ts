import type { Turn } from "../core/acceptor.ts";
import type { Row } from "./row.ts";
import type { Scoreboard } from "./scoreboard.ts";
import type { Tenancy } from "./tenancy.ts";

/** Idle lanes that wait for a client at one time. */
const WAITING = 4;
/**
 * After this time, a lane that waits for its turn rests, and checks again whether enough
 * have one, in milliseconds.
 */
const LONGEST_WAIT = 1000;

/**
 * Lets a few idle lanes wait for a client, while the others wait for their turn, which
 * goes to the one that became idle last. The system wakes every lane that waits for a
 * client, and with 64 threads that costs more than serving the client.
 */
export function fewTurns(
  scoreboard: Scoreboard,
  { row: { index: own }, tenancy }: { readonly row: Row; readonly tenancy: Tenancy },
  heartbeat: number,
): Turn {
  const { turns } = scoreboard;
  /** Whether a lane can be expected to accept clients. One may do so before it is said to be ready. */
  const isAble = (index: number) => {
    const row = scoreboard.row(index);
    const { state } = row;
    if (state !== "ready" && state !== "starting") return false;
    return row.isBeating(heartbeat);
  };
  const isEnough = () => turns.count(scoreboard.used, isAble) >= WAITING;
  return {
    async acquire(rest) {
      if (tenancy.holds()) turns.request(own);
      for (;;) {
        // It could only refuse the clients that it takes from the others.
        if (!tenancy.holds()) await new Promise(() => {});
        // Requested first, counted then: whoever ends a turn after that sees the request.
        if (!isEnough()) turns.take(own);
        if (!turns.isWaiting(own)) return;
        await turns.decided(own, LONGEST_WAIT);
        if (turns.isWaiting(own)) rest();
      }
    },
    release() {
      if (!tenancy.holds() || !turns.leave(own)) return;
      if (!isEnough()) turns.grant(scoreboard.used, isAble);
    },
  };
}
