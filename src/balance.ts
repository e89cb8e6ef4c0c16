import { sleep } from "./core/timers.ts";
import { clock, type Row, type Scoreboard } from "./scoreboard.ts";

/** How often a lane lets others go first before it accepts all the same. */
const TURNS = 5;
/** How long one turn is, in milliseconds. */
const TURN = 1;
/** A lane without a sign of life for so many heartbeats takes no clients. */
const HEARTBEATS = 3;

/**
 * Keeps the lanes that share a socket even: one that holds more than the least
 * loaded and one more waits a moment before it accepts, so that another takes
 * the client. Lanes that cannot take one are not waited for: those that stopped
 * accepting, and those whose event loop is blocked.
 *
 * @param heartbeat Milliseconds between two signs of life.
 */
export function turns(scoreboard: Scoreboard, own: Row, heartbeat: number): () => Promise<void> {
  return async () => {
    for (let i = 0; i < TURNS && holdsMore(scoreboard, own, heartbeat); i++) {
      await sleep(TURN);
    }
  };
}

function holdsMore(scoreboard: Scoreboard, own: Row, heartbeat: number): boolean {
  const { open } = own;
  if (open <= 1) return false;
  const oldest = clock() - HEARTBEATS * heartbeat;
  for (const row of scoreboard.rows()) {
    if (row.open + 1 >= open || row.index === own.index) continue;
    if (row.state === "ready" && row.get("heartbeat") > oldest) return true;
  }
  return false;
}
